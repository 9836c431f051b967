import { errorReply, infoHashParameter, jsonOf, objectOf } from './parts.ts';

const bytes = { type: 'integer', minimum: 0 } as const;
const count = { type: ['integer', 'null'], description: 'Null when it has not said.' } as const;
const seconds = { type: ['integer', 'null'], minimum: 0 } as const;

const file = objectOf({
  index: {
    type: 'integer',
    description: 'Its number in the torrent, from 0, by which it is chosen; pad files are not counted.',
  },
  path: { type: 'string', description: "Below the torrent's name; of a torrent of one file that name." },
  diskPath: { type: 'string' },
  lengthBytes: bytes,
  completedBytes: { ...bytes, description: 'Of it, in pieces that are here and good.' },
  priority: {
    type: 'integer',
    minimum: 0,
    maximum: 7,
    description: '0: it is not wanted; the higher, the earlier it is fetched.',
  },
});

const bitfield = {
  type: 'string',
  contentEncoding: 'base64',
  description:
    'A bit a piece, the first in the highest bit of the first byte (BEP 3): the pieces that are here and good.',
} as const;

const pieces = objectOf({
  pieceCount: { type: 'integer', minimum: 0 },
  pieceLengthBytes: { type: 'integer', minimum: 1 },
  bitfield,
  wantedBitfield: { ...bitfield, description: 'The same of those that are missing and to be fetched.' },
});

const connectionMembers = {
  address: { type: 'string' },
  port: {
    type: 'integer',
    description: 'That of the connection: a peer that came to us listens on another.',
  },
  peerId: { type: 'string', pattern: '^[0-9a-f]{40}$' },
  client: { type: 'string' },
  direction: { type: 'string', enum: ['incoming', 'outgoing'] },
  isEncrypted: { type: 'boolean' },
  progress: { type: 'number', minimum: 0, maximum: 1, description: 'Part of the torrent that it has.' },
  uploadedBytes: { ...bytes, description: 'Since it connected.' },
  downloadedBytes: bytes,
  uploadBytesPerSecond: bytes,
  downloadBytesPerSecond: bytes,
  isInterested: { type: 'boolean', description: 'It wants blocks of us.' },
  isChoked: { type: 'boolean', description: 'It may not ask us for blocks.' },
  areWeInterested: { type: 'boolean' },
  areWeChoked: { type: 'boolean' },
  isSnubbed: { type: 'boolean', description: 'It owes us blocks, and has sent none for half a minute.' },
  bitfield: {
    ...bitfield,
    type: ['string', 'null'],
    description:
      'The pieces that it has, a bit a piece (BEP 3): with bitfields=true; null once those before it have 8 MiB.',
  },
} as const;

const connection = objectOf(connectionMembers, ['bitfield']);

const tracker = objectOf({
  url: { type: 'string', description: 'Without passkeys.' },
  infoHash: {
    type: 'string',
    pattern: '^[0-9a-f]{40}$',
    description: 'By which it is announced: a hybrid goes by two, each with an entry of its own.',
  },
  tier: { type: ['integer', 'null'], description: 'From 0; null for our own tracker.' },
  state: {
    type: 'string',
    enum: ['idle', 'waiting', 'working', 'failing', 'refused', 'own', 'unsupported'],
    description:
      'Idle: the torrent is announced to nobody now. Refused: it wants to hear no more of the torrent.',
  },
  message: { type: ['string', 'null'], description: 'What it said last, or what went wrong.' },
  seeders: count,
  leechers: count,
  peers: {
    type: 'array',
    maxItems: 100,
    items: objectOf({ address: { type: 'string' }, port: { type: 'integer' } }),
    description: 'Those that it named last; none while nothing is missing, for then none are asked for.',
  },
  lastError: {
    type: ['string', 'null'],
    description: 'What went wrong last, also when it has answered since; null when nothing ever has.',
  },
  secondsSinceError: seconds,
  failures: { type: 'integer', minimum: 0, description: 'Since the last announce that did not fail.' },
  secondsSinceAnnounce: seconds,
  secondsUntilAnnounce: { ...seconds, description: 'Null for one that is asked only when others fail.' },
});

const errors = { 400: errorReply, 401: errorReply, 404: errorReply, 409: errorReply };

/** What there is to know of one torrent's files, peers and trackers, in the description of the control API. */
export const TORRENT_DETAIL_PATHS = {
  '/torrents/{infoHash}/files': {
    parameters: [infoHashParameter],
    get: {
      summary: 'The files of a torrent with data here, and how much of each is here',
      parameters: [
        { name: 'skip', in: 'query', schema: { type: 'integer', minimum: 0, default: 0 } },
        {
          name: 'limit',
          in: 'query',
          schema: { type: 'integer', minimum: 0, maximum: 10_000, default: 1000 },
        },
      ],
      responses: {
        200: jsonOf(
          objectOf({
            files: { type: 'array', items: file },
            total: { type: 'integer', description: 'How many there are.' },
          }),
          'A page of files.',
        ),
        ...errors,
      },
    },
  },
  '/torrents/{infoHash}/pieces': {
    parameters: [infoHashParameter],
    get: {
      summary: 'Which pieces of a torrent with data here are here, and which are wanted',
      responses: { 200: jsonOf(pieces, 'The pieces.'), ...errors },
    },
  },
  '/torrents/{infoHash}/connections': {
    parameters: [infoHashParameter],
    get: {
      summary:
        'The peers to which the seed node is connected for a torrent, not those that the tracker knows',
      parameters: [
        {
          name: 'bitfields',
          in: 'query',
          schema: { type: 'boolean', default: false },
          description: 'With the pieces that each peer has.',
        },
      ],
      responses: {
        200: jsonOf(objectOf({ connections: { type: 'array', items: connection } }), 'The connections.'),
        ...errors,
      },
    },
  },
  '/torrents/{infoHash}/trackers': {
    parameters: [infoHashParameter],
    get: {
      summary: 'The trackers to which a torrent is announced, our own first, and what they answered',
      responses: {
        200: jsonOf(objectOf({ trackers: { type: 'array', items: tracker } }), 'The trackers.'),
        400: errorReply,
        401: errorReply,
        404: errorReply,
      },
    },
  },
} as const;
