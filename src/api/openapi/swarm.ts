import { SEED_ROLES } from '../seed-role.ts';

/** The preference by which a torrent is left to others. */
export const STEP_BACK = {
  description:
    'Other seeders from which on it is left to them; "none": never; "default": as the settings of the node say.',
  oneOf: [
    { type: 'integer', minimum: 1, maximum: 100_000 },
    { type: 'string', enum: ['none', 'default'] },
  ],
} as const;

/** The part that the seed node plays in a swarm. */
export const ROLE = {
  type: ['string', 'null'],
  enum: [...SEED_ROLES, null],
  description:
    'What the seed node does: "standing by" serves those alone who come on by nothing, since others seed it. Null unless the state is "seeding".',
} as const;

/** What the peers of a swarm fetched. */
export const SWARM_TRAFFIC_MEMBERS = {
  swarmDownloadedBytes: {
    type: 'integer',
    description:
      'What peers that announced themselves here fetched from whomever since the server started, by their own word.',
  },
  swarmSavedBytes: { type: 'integer', description: 'Of these, what peers gave each other instead of us.' },
} as const;
