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

const connection = objectOf({
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
});

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
  '/torrents/{infoHash}/connections': {
    parameters: [infoHashParameter],
    get: {
      summary:
        'The peers to which the seed node is connected for a torrent, not those that the tracker knows',
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
