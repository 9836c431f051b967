import { errorReply, jsonOf, objectOf } from './parts.ts';
import { HISTORY_MEMBERS } from './torrent-history.ts';

function rule(bound: object, what: string): object {
  return {
    description: `${what}; "none": never; "default": as the settings of the node say.`,
    oneOf: [bound, { type: 'string', enum: ['none', 'default'] }],
  };
}

const seconds = { type: 'integer', minimum: 1, maximum: 1e9 } as const;

/** What is chosen of a torrent's turn to run and to end. */
export const TURN_MEMBERS = {
  priority: {
    type: 'string',
    enum: ['high', 'normal', 'low'],
    description: 'Whose turn it is when not all may run; of one priority, who came first is first.',
  },
  seedRatio: rule({ type: 'number', minimum: 0.01, maximum: 1e6 }, 'It is stopped at this share ratio'),
  seedTimeSeconds: rule(seconds, 'It is stopped after so many seconds of seeding'),
  seedIdleSeconds: rule(seconds, 'It is stopped after so many seconds in which nothing went out'),
} as const;

/** What a torrent has moved since ever, and its history. */
export const TOTAL_MEMBERS = {
  ...HISTORY_MEMBERS,
  uploadedTotalBytes: { type: 'integer', description: 'Sent by this node since ever.' },
  downloadedTotalBytes: { type: 'integer', description: 'Fetched by this node since ever.' },
  ratio: {
    type: ['number', 'null'],
    description:
      'Bytes sent since ever for each byte that is here, or was fetched if that is more; null while nothing is here.',
  },
  seedingSeconds: { type: 'integer', description: 'In the state "seeding" since ever.' },
} as const;

const maximum = {
  type: 'integer',
  minimum: 0,
  description: 'May run at the same time; 0: no limit.',
} as const;

const places = objectOf({
  maximum,
  running: { type: 'integer', description: 'Have a place.' },
  stalled: { type: 'integer', description: 'Run without one, since they have moved nothing for long.' },
  waiting: { type: 'integer' },
});

const queue = objectOf({ downloads: places, seeds: places });

const wanted = {
  description: 'How many may run; 0: no limit; "default": what the settings say.',
  oneOf: [
    { type: 'integer', minimum: 0, maximum: 1_000_000 },
    { type: 'string', enum: ['default'] },
  ],
} as const;

const queueReply = jsonOf({ $ref: '#/components/schemas/Queue' }, 'How it stands with the queue.');

/** `/queue` in the description of the control API. */
export const QUEUE_PATHS = {
  '/queue': {
    get: {
      summary: 'How many torrents may run, do, and wait',
      responses: { 200: queueReply, 401: errorReply },
    },
    patch: {
      summary: 'Change how many torrents may run: at once, and for the next runs of this node',
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: { type: 'object', properties: { downloads: wanted, seeds: wanted } },
          },
        },
      },
      responses: { 200: queueReply, 400: errorReply, 401: errorReply, 503: errorReply, 507: errorReply },
    },
  },
} as const;

/** The shapes that {@link QUEUE_PATHS} refers to. */
export const QUEUE_SCHEMAS = { Queue: queue } as const;
