import { objectOf } from './parts.ts';
import { ROLE, STEP_BACK, SWARM_TRAFFIC_MEMBERS } from './swarm.ts';
import { TOTAL_MEMBERS, TURN_MEMBERS } from './turns.ts';
import { WEB_SOURCES } from './web-sources.ts';

/** What a person chooses for one torrent. */
const preferenceMembers = {
  isSequential: { type: 'boolean', description: 'Pieces are fetched in their order, not the rarest first.' },
  stepBack: STEP_BACK,
  ...TURN_MEMBERS,
  filePriorities: {
    type: 'array',
    maxItems: 1000,
    description:
      'Which files are wanted, and which first: of several rules for a file the last counts, files without one have 1. Empty: all, equally.',
    items: {
      type: 'object',
      properties: {
        files: {
          type: 'string',
          description:
            'Numbers of files from 0 on (pad files are not counted), ranges, and globs for names or paths: "0,2-5,*.mkv".',
        },
        priority: {
          type: 'integer',
          minimum: 0,
          maximum: 7,
          description: '0: not wanted; the higher, the earlier.',
        },
      },
      required: ['files', 'priority'],
      additionalProperties: false,
    },
  },
  moveTo: {
    type: ['string', 'null'],
    maxLength: 4096,
    description:
      'Absolute path of a folder on the server: the data moves there once all that is wanted is there, and this is null again. Null: it stays.',
  },
} as const;

/** The same, as it is asked for. */
export const wantedPreferences = {
  type: 'object',
  properties: preferenceMembers,
  additionalProperties: false,
} as const;

/** A torrent as the control API shows it. */
export const torrentSchema = objectOf(
  {
    infoHash: {
      type: 'string',
      pattern: '^[0-9a-f]{40}$',
      description: 'By which the swarm goes; of a v2 torrent the first 40 digits of infoHashV2.',
    },
    infoHashV2: {
      type: ['string', 'null'],
      pattern: '^[0-9a-f]{64}$',
      description: 'Of a v2 or hybrid torrent (BEP 52); null for v1.',
    },
    name: { type: 'string' },
    lengthBytes: { type: 'integer', minimum: 0 },
    fileCount: { type: 'integer', minimum: 0, description: '0 when only the info-hash is known.' },
    hasMetadata: {
      type: 'boolean',
      description:
        'False while no more is known of it than an info-hash or a magnet link: name and length are what somebody said.',
    },
    state: {
      type: 'string',
      enum: [
        'tracked',
        'fetching metadata',
        'queued',
        'checking',
        'downloading',
        'seeding',
        'paused',
        'stopped',
        'failed',
      ],
    },
    isTracked: { type: 'boolean', description: 'False: announces of it are refused.' },
    untrackedBy: {
      type: ['string', 'null'],
      enum: ['switch', 'deny-list', null],
      description:
        'Why: its tracking is switched off, or the deny list has it. Null while it is tracked, and of a magnet link without metadata.',
    },
    role: ROLE,
    reason: {
      type: 'string',
      description:
        'Why the state is "failed", or "stopped" by a rule, or what is waited for in the state "queued".',
    },
    errorCode: { type: 'string', description: 'Of the state "failed": the stable part of the reason.' },
    progress: {
      type: 'number',
      minimum: 0,
      maximum: 1,
      description: 'Part of the data that is checked; then, the part of what is wanted that is here.',
    },
    isComplete: { type: 'boolean', description: 'All pieces are here.' },
    isFinished: {
      type: 'boolean',
      description:
        'All pieces of the files that are wanted are here; seeding without isComplete: a partial seed (BEP 21).',
    },
    wantedBytes: {
      type: 'integer',
      minimum: 0,
      description: 'Of the files that are wanted; 0 without data here.',
    },
    leftBytes: { type: 'integer', minimum: 0, description: 'Of them, what is missing yet, to the piece.' },
    seeders: { type: 'integer' },
    leechers: { type: 'integer' },
    completed: { type: 'integer', description: 'Times completed.' },
    uploadedBytes: { type: 'integer', description: 'Sent by the seed node since it started.' },
    downloadedBytes: { type: 'integer', description: 'Fetched by the seed node since it started.' },
    ...SWARM_TRAFFIC_MEMBERS,
    ...TOTAL_MEMBERS,
    uploadBytesPerSecond: { type: 'integer', description: 'What the seed node sends now.' },
    downloadBytesPerSecond: { type: 'integer', description: 'What the seed node fetches now.' },
    peers: { type: 'integer', description: 'Connected to the seed node.' },
    webSeeds: WEB_SOURCES,
    dataPath: { type: ['string', 'null'] },
    target: {
      type: 'string',
      description:
        'The folder into which the torrent of a magnet link is to go, while its metadata is not here.',
    },
    moveProgress: {
      type: ['number', 'null'],
      minimum: 0,
      maximum: 1,
      description: 'Part of the data that is at its new place already while it moves; null otherwise.',
    },
    moveFailure: {
      type: ['string', 'null'],
      description: 'Why the data could not be moved, and stays where it is; null otherwise.',
    },
    preferences: {
      ...objectOf(preferenceMembers),
      type: ['object', 'null'],
      description: 'What a person chose for it; null without data here.',
    },
    holders: {
      type: 'array',
      items: { type: 'integer' },
      description: 'Numbers of the nodes that have the data, where several share a database.',
    },
    torrentPath: { type: ['string', 'null'], description: 'Null when only the info-hash is known.' },
    magnet: { type: 'string' },
  },
  ['reason', 'errorCode', 'target'],
);
