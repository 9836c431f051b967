import { ADDED_LIMITS } from './limits.ts';
import { errorReply, infoHashParameter, jsonOf, objectOf } from './parts.ts';
import { torrentSchema, wantedPreferences } from './torrent-schema.ts';

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
                    'With target: a magnet link, which is kept and becomes a torrent when its metadata has come from peers, or the http(s) URL of a .torrent file.',
                },
                target: {
                  type: 'string',
                  description:
                    'Absolute path of a folder on the server: what is missing there is fetched from peers, then seeded.',
                },
                isPaused: { type: 'boolean', description: 'With target: fetch nothing until it is resumed.' },
                preferences: { ...wantedPreferences, description: 'With target: what is chosen for it.' },
                limits: ADDED_LIMITS,
                waits: {
                  type: 'boolean',
                  default: false,
                  description:
                    'With a magnet link: answer when it has become a torrent, or with the error by which it failed. It stays when the connection ends before.',
                },
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
        409: errorReply,
        422: errorReply,
        429: {
          ...errorReply,
          description: 'ERR_TOO_MANY_MAGNETS: as many magnet links wait for their metadata as may.',
        },
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
export const TORRENT_SCHEMAS = { Torrent: torrentSchema } as const;
