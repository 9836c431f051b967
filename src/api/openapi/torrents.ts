import { ADDED_LIMITS } from './limits.ts';
import { errorReply, infoHashParameter, jsonOf, objectOf } from './parts.ts';
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

const wantedPreferences = {
  type: 'object',
  properties: preferenceMembers,
  additionalProperties: false,
} as const;

const torrent = objectOf(
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
    state: {
      type: 'string',
      enum: ['tracked', 'queued', 'checking', 'downloading', 'seeding', 'paused', 'stopped', 'failed'],
    },
    isTracked: { type: 'boolean', description: 'False: announces of it are refused.' },
    untrackedBy: {
      type: ['string', 'null'],
      enum: ['switch', 'deny-list', null],
      description: 'Why: its tracking is switched off, or the deny list has it. Null while it is tracked.',
    },
    role: ROLE,
    reason: {
      type: 'string',
      description:
        'Why the state is "failed", or "stopped" by a rule, or what is waited for in the state "queued".',
    },
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
  ['reason'],
);

const deletion = objectOf({
  deletedFiles: { type: 'integer', minimum: 0 },
  deletedBytes: { type: 'integer', minimum: 0 },
  kept: {
    type: 'array',
    maxItems: 100,
    description: 'What is still there, the first hundred of it.',
    items: objectOf({
      path: { type: 'string' },
      reason: {
        type: 'string',
        enum: ['link', 'other', 'not-empty', 'not-ours', 'error'],
        description:
          "A symbolic link is in the way; something other than the file of the torrent; a folder that holds what is not the torrent's; a mirror that never took up its place; the system refused.",
      },
      message: { type: 'string', description: 'For people.' },
    }),
  },
  keptCount: { type: 'integer', minimum: 0 },
});

const torrentReply = jsonOf({ $ref: '#/components/schemas/Torrent' }, 'The torrent.');

/** `/torrents` in the description of the control API. */
export const TORRENT_PATHS = {
  '/torrents': {
    get: {
      summary: 'Published torrents, newest first',
      responses: {
        200: jsonOf(
          objectOf({ torrents: { type: 'array', items: { $ref: '#/components/schemas/Torrent' } } }),
          'The torrents.',
        ),
        401: errorReply,
      },
    },
    post: {
      summary: 'Publish a torrent: register it with the tracker, and seed its data or fetch it from peers',
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: {
              type: 'object',
              description:
                'Either torrent, or infoHash for a torrent of which no more is known; or target with torrent or source, to fetch it.',
              properties: {
                infoHash: { type: 'string', pattern: '^[0-9a-fA-F]{40}$' },
                name: { type: 'string', maxLength: 255 },
                lengthBytes: { type: 'integer', minimum: 0 },
                torrent: { type: 'string', contentEncoding: 'base64', description: 'The .torrent file.' },
                dataPath: {
                  type: ['string', 'null'],
                  description:
                    'Absolute path of the data on the server, checked before while the torrent is seeded from another; null: track only, or seed on.',
                },
                source: {
                  type: 'string',
                  description:
                    'With target: a magnet link, of which peers are asked for the metadata before this answers (10 minutes at most, from its turn on), or the http(s) URL of a .torrent file.',
                },
                target: {
                  type: 'string',
                  description:
                    'Absolute path of a folder on the server: what is missing there is fetched from peers, then seeded.',
                },
                isPaused: { type: 'boolean', description: 'With target: fetch nothing until it is resumed.' },
                preferences: { ...wantedPreferences, description: 'With target: what is chosen for it.' },
                limits: ADDED_LIMITS,
                resume: {
                  type: ['string', 'null'],
                  description: "The seed node's record of a check just made; null: check the data first.",
                },
              },
            },
          },
        },
      },
      responses: {
        200: { ...torrentReply, description: 'It was known here already.' },
        201: torrentReply,
        400: errorReply,
        401: errorReply,
        422: errorReply,
        503: errorReply,
        507: errorReply,
      },
    },
  },
  '/torrents/{infoHash}': {
    parameters: [infoHashParameter],
    get: {
      summary: 'One torrent',
      responses: { 200: torrentReply, 400: errorReply, 401: errorReply, 404: errorReply },
    },
    patch: {
      summary:
        'Switch the tracking of a torrent off, or on again, start, pause or stop it, or change its preferences; it stays published',
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: {
              type: 'object',
              properties: {
                isTracked: { type: 'boolean' },
                preferences: {
                  ...wantedPreferences,
                  description: 'What is chosen for it; what is left out stays.',
                },
                state: {
                  type: 'string',
                  enum: ['started', 'paused', 'stopped'],
                  description:
                    'What is wanted of it, also in later runs: "paused" keeps connections and moves no blocks, "stopped" has none and is announced nowhere, "started" also tries a torrent again that has failed.',
                },
                isPaused: {
                  type: 'boolean',
                  description:
                    'True is the state "paused", false "started", which also goes on with what a rule has stopped.',
                },
              },
            },
          },
        },
      },
      responses: {
        200: torrentReply,
        400: errorReply,
        401: errorReply,
        404: errorReply,
        409: errorReply,
        422: errorReply,
        503: errorReply,
        507: errorReply,
      },
    },
    delete: {
      summary: 'Stop publishing; the data stays, or what it has on this node is deleted',
      parameters: [
        {
          name: 'data',
          in: 'query',
          schema: { type: 'string', enum: ['keep', 'delete'], default: 'keep' },
          description:
            'Whether the files of the torrent are deleted, and folders of its own that are empty then.',
        },
      ],
      responses: {
        200: jsonOf(deletion, 'Done; what became of the data that was to be deleted.'),
        204: { description: 'Done; the data stays.' },
        400: errorReply,
        401: errorReply,
        404: errorReply,
        409: errorReply,
      },
    },
  },
} as const;

/** The shapes that {@link TORRENT_PATHS} refers to. */
export const TORRENT_SCHEMAS = { Torrent: torrent } as const;
