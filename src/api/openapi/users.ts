import { errorReply, infoHashParameter, jsonOf, objectOf } from './parts.ts';

const bytes = { type: 'integer', minimum: 0 } as const;
const seconds = { type: 'integer', minimum: 0 } as const;
const time = { type: ['string', 'null'], format: 'date-time' } as const;

const traffic = {
  uploadedBytes: { ...bytes, description: 'As his clients counted.' },
  downloadedBytes: bytes,
  creditedUpBytes: { ...bytes, description: 'What counts for the ratio, after freeleech and multipliers.' },
  creditedDownBytes: bytes,
  ratio: {
    type: ['number', 'null'],
    description: 'Credited upload to credited download; null when nothing was downloaded.',
  },
  suspiciousBytes: {
    ...bytes,
    description: 'Claimed as uploaded or downloaded, but more than --max-user-rate allows; not counted.',
  },
  seedingSeconds: seconds,
  leechingSeconds: seconds,
  lastSeenAt: time,
} as const;

const user = objectOf({
  id: { type: 'integer', minimum: 1 },
  name: { type: 'string', maxLength: 64 },
  state: { type: 'string', enum: ['active', 'disabled', 'expired'] },
  isEnabled: { type: 'boolean' },
  expiresAt: time,
  createdAt: { type: 'string', format: 'date-time' },
  ...traffic,
  torrents: { type: 'integer', description: 'Torrents that he has had to do with.' },
  completed: { type: 'integer', description: 'Torrents that he has completed.' },
  seedingNow: { type: 'integer', description: 'His clients that seed now.' },
  leechingNow: { type: 'integer', description: 'His clients that download now.' },
});

const userDetail = {
  allOf: [
    { $ref: '#/components/schemas/User' },
    objectOf({
      passkey: { type: 'string', pattern: '^[A-Za-z0-9_-]{16,64}$' },
      announceUrls: { type: 'array', items: { type: 'string' } },
    }),
  ],
} as const;

const userTorrent = objectOf({
  infoHash: { type: 'string', pattern: '^[0-9a-f]{40}$' },
  ...traffic,
  completedAt: { ...time, description: 'When he completed it first.' },
});

const percent = { type: 'integer', minimum: 0, maximum: 1000 } as const;
const percentages = {
  uploadPercent: { ...percent, description: 'How much of an upload counts; 200 is double.' },
  downloadPercent: { ...percent, description: 'How much of a download counts; 0 is freeleech.' },
} as const;

const userParameter = {
  name: 'user',
  in: 'path',
  required: true,
  description: 'His number, or his name.',
  schema: { type: 'string' },
} as const;
const pageParameters = [
  { name: 'skip', in: 'query', schema: { type: 'integer', minimum: 0, default: 0 } },
  { name: 'limit', in: 'query', schema: { type: 'integer', minimum: 0, maximum: 1000, default: 100 } },
] as const;

const detailReply = jsonOf({ $ref: '#/components/schemas/UserDetail' }, 'The user.');
const freeleechReply = jsonOf(objectOf({ until: time }), 'Until when no download counts.');
const creditReply = jsonOf({ $ref: '#/components/schemas/Credit' }, 'How the torrent counts.');
const errors = { 400: errorReply, 401: errorReply, 404: errorReply } as const;

function bodyOf(properties: object, required: readonly string[] = []): object {
  return {
    required: required.length > 0,
    content: { 'application/json': { schema: { type: 'object', required, properties } } },
  };
}

/** `/users`, `/freeleech` and `/credits` in the description of the control API. */
export const USER_PATHS = {
  '/users': {
    get: {
      summary: 'Users of a private tracker, by number',
      parameters: pageParameters,
      responses: {
        200: jsonOf(
          objectOf({
            users: { type: 'array', items: { $ref: '#/components/schemas/User' } },
            total: { type: 'integer' },
          }),
          'A page of users, without their passkeys.',
        ),
        400: errorReply,
        401: errorReply,
      },
    },
    post: {
      summary: 'Add a user',
      requestBody: bodyOf(
        {
          name: { type: 'string', maxLength: 64 },
          passkey: { type: 'string', description: 'Made when it is left out.' },
          expiresAt: time,
        },
        ['name'],
      ),
      responses: { 201: detailReply, 400: errorReply, 401: errorReply, 409: errorReply },
    },
  },
  '/users/{user}': {
    parameters: [userParameter],
    get: { summary: 'One user, with his passkey', responses: { 200: detailReply, ...errors } },
    patch: {
      summary: 'Change a user; what is left out stays',
      requestBody: bodyOf({ name: { type: 'string' }, isEnabled: { type: 'boolean' }, expiresAt: time }),
      responses: { 200: detailReply, ...errors, 409: errorReply },
    },
    delete: {
      summary: 'Forget a user and all that he did',
      responses: { 204: { description: 'Done.' }, ...errors },
    },
  },
  '/users/{user}/passkey': {
    parameters: [userParameter],
    post: {
      summary: 'Give a user another passkey; the old one is unknown from now on',
      requestBody: bodyOf({ passkey: { type: 'string', description: 'Made when it is left out.' } }),
      responses: { 200: detailReply, ...errors, 409: errorReply },
    },
  },
  '/users/{user}/torrents': {
    parameters: [userParameter, ...pageParameters],
    get: {
      summary: 'What a user did by torrent, the last seen first',
      responses: {
        200: jsonOf(
          objectOf({ torrents: { type: 'array', items: { $ref: '#/components/schemas/UserTorrent' } } }),
          'A page of torrents.',
        ),
        ...errors,
      },
    },
  },
  '/freeleech': {
    get: { summary: 'Until when no download counts', responses: { 200: freeleechReply, 401: errorReply } },
    put: {
      summary: 'Say until when no download counts; null ends it',
      requestBody: bodyOf({ until: time }, ['until']),
      responses: { 200: freeleechReply, 400: errorReply, 401: errorReply },
    },
  },
  '/credits': {
    get: {
      summary: 'The torrents that do not count as usual',
      responses: {
        200: jsonOf(
          objectOf({
            credits: {
              type: 'array',
              items: objectOf({ infoHash: { type: 'string', pattern: '^[0-9a-f]{40}$' }, ...percentages }),
            },
          }),
          'Their info-hashes and percentages.',
        ),
        401: errorReply,
      },
    },
  },
  '/torrents/{infoHash}/credit': {
    parameters: [infoHashParameter],
    get: {
      summary: 'How a torrent counts',
      responses: { 200: creditReply, 400: errorReply, 401: errorReply },
    },
    patch: {
      summary: 'Say how a torrent counts; what is left out stays',
      requestBody: bodyOf(percentages),
      responses: { 200: creditReply, 400: errorReply, 401: errorReply },
    },
  },
} as const;

/** The shapes that {@link USER_PATHS} refers to. */
export const USER_SCHEMAS = {
  User: user,
  UserDetail: userDetail,
  UserTorrent: userTorrent,
  Credit: objectOf(percentages),
} as const;
