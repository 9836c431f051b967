import { errorReply, infoHashParameter, jsonOf, objectOf } from './parts.ts';

const limit = { type: ['integer', 'null'], description: 'Bytes a second; null: no limit.' } as const;

const byDefault = { type: 'string', enum: ['default'] } as const;

const wanted = {
  description: 'Bytes a second, 1024 or more; null: no limit; "default": what holds unless it is changed.',
  oneOf: [{ type: 'integer', minimum: 1024, maximum: 1e12 }, { type: 'null' }, byDefault],
} as const;

const rate = { type: 'integer', description: 'What passes now, bytes a second.' } as const;

const entries = {
  type: 'array',
  items: objectOf({ from: { type: 'string' }, to: { type: 'string' }, bytesPerSecond: limit }),
} as const;

const wantedRules = {
  schedule: {
    description:
      'Hours of the day, from "00:00" to "24:00", and the limit of the node in them, 1024 or more; of those that overlap the first counts. Empty: none.',
    oneOf: [{ ...entries, maxItems: 50 }, byDefault],
  },
  isLocalLimited: {
    description: 'Whether limits bind peers at private addresses too.',
    oneOf: [{ type: 'boolean' }, byDefault],
  },
} as const;

const direction = objectOf({
  nodeBytesPerSecond: limit,
  eachTorrentBytesPerSecond: limit,
  eachPeerBytesPerSecond: limit,
  nowBytesPerSecond: { ...limit, description: 'The limit of the node at this hour, by the schedule.' },
  schedule: {
    ...entries,
    description: 'Hours of the day in which another limit takes the place of that of the node.',
  },
  isLocalLimited: { type: 'boolean', description: 'Limits bind peers at private addresses too.' },
  rateBytesPerSecond: rate,
  waitingPeers: { type: 'integer', description: 'Peers that a limit holds back now.' },
});

const budget = {
  ...objectOf({
    limitBytes: { type: 'integer', description: 'What this node may send in a month.' },
    spentBytes: { type: 'integer' },
    isSpent: { type: 'boolean', description: 'Nobody is served until the next month.' },
    from: { type: 'string', format: 'date-time' },
    until: { type: 'string', format: 'date-time' },
  }),
  type: ['object', 'null'],
  description: 'Null: there is none.',
} as const;

const limits = objectOf({ upload: direction, download: direction, budget });

const torrentDirection = objectOf({
  bytesPerSecond: { ...limit, description: 'Beside the limits of the node; null: none.' },
  isOwn: { type: 'boolean', description: 'False: it is that of each torrent.' },
  rateBytesPerSecond: rate,
});

const torrentLimits = objectOf({ upload: torrentDirection, download: torrentDirection });

const limitsReply = jsonOf({ $ref: '#/components/schemas/Limits' }, 'The limits that hold.');
const torrentReply = jsonOf({ $ref: '#/components/schemas/TorrentLimits' }, 'The limits that hold.');

/** What is left out stays as it is; one of the two there must be. */
function bodyOf(properties: Readonly<Record<string, object>>): object {
  return { required: true, content: { 'application/json': { schema: limitsOf(properties) } } };
}

function limitsOf(properties: Readonly<Record<string, object>>): object {
  return {
    type: 'object',
    minProperties: 1,
    properties: { upload: { type: 'object', properties }, download: { type: 'object', properties } },
  };
}

/** The limits of a torrent that is added. */
export const ADDED_LIMITS = {
  ...limitsOf({ bytesPerSecond: wanted }),
  description:
    'With target: limits of its own, held from the first byte on; a torrent that is here keeps its own.',
} as const;

/** `/limits` in the description of the control API. */
export const LIMIT_PATHS = {
  '/limits': {
    get: {
      summary: 'How fast this node may upload and download, and does',
      responses: { 200: limitsReply, 401: errorReply },
    },
    patch: {
      summary: 'Change how fast this node may upload and download: at once, and for its next runs',
      requestBody: bodyOf({
        nodeBytesPerSecond: wanted,
        eachTorrentBytesPerSecond: wanted,
        eachPeerBytesPerSecond: wanted,
        ...wantedRules,
      }),
      responses: { 200: limitsReply, 400: errorReply, 401: errorReply, 503: errorReply, 507: errorReply },
    },
  },
  '/torrents/{infoHash}/limits': {
    parameters: [infoHashParameter],
    get: {
      summary: 'How fast this node may upload and download of a torrent, and does',
      responses: { 200: torrentReply, 400: errorReply, 401: errorReply, 404: errorReply },
    },
    patch: {
      summary:
        'Change how fast this node may upload and download of a torrent: at once, and for its next runs',
      requestBody: bodyOf({ bytesPerSecond: wanted }),
      responses: {
        200: torrentReply,
        400: errorReply,
        401: errorReply,
        404: errorReply,
        503: errorReply,
        507: errorReply,
      },
    },
  },
} as const;

/** The shapes that {@link LIMIT_PATHS} refers to. */
export const LIMIT_SCHEMAS = { Limits: limits, TorrentLimits: torrentLimits } as const;
