import { errorReply, infoHashParameter, jsonOf, objectOf } from './parts.ts';

const pieces = { type: 'integer', minimum: 0 } as const;

const recheck = objectOf({
  isRunning: { type: 'boolean' },
  isWhole: { type: 'boolean', description: 'Whether it is all of the torrent, or pieces that were chosen.' },
  progress: { type: 'number', minimum: 0, maximum: 1 },
  bytes: { type: 'integer', minimum: 0, description: 'Of the pieces that are to be checked.' },
  passed: { ...pieces, description: 'Pieces that are good.' },
  failed: { ...pieces, description: 'Pieces that are not.' },
  skipped: {
    ...pieces,
    description:
      'Pieces without data, which are not looked at when all of a mirror is checked. 0 while it runs.',
  },
  failedPieces: {
    type: 'array',
    items: pieces,
    maxItems: 1000,
    description: 'The first thousand that failed.',
  },
  reason: {
    type: ['string', 'null'],
    description: 'Why it ended before its time, such as a file that is missing.',
  },
});

const errors = { 400: errorReply, 401: errorReply, 404: errorReply, 409: errorReply };

/** `/torrents/{infoHash}/recheck` in the description of the control API. */
export const RECHECK_PATHS = {
  '/torrents/{infoHash}/recheck': {
    parameters: [infoHashParameter],
    post: {
      summary:
        'Compare data with its hashes: all of a torrent, which is not served meanwhile, or pieces of one that goes on',
      requestBody: {
        content: {
          'application/json': {
            schema: {
              type: 'object',
              description: 'All of it when neither is there.',
              properties: {
                pieces: {
                  type: 'array',
                  minItems: 1,
                  maxItems: 10_000,
                  items: {
                    anyOf: [pieces, { type: 'string', pattern: '^\\d{1,10}-\\d{1,10}$' }],
                  },
                  description: 'Numbers from 0, and ranges with both ends included.',
                },
                file: { type: 'string', description: 'The path of a file in the torrent: its pieces.' },
              },
              additionalProperties: false,
            },
          },
        },
      },
      responses: { 202: jsonOf({ $ref: '#/components/schemas/Recheck' }, 'It has begun.'), ...errors },
    },
    get: {
      summary: 'How far the last recheck of a torrent is, or what came of it',
      responses: { 200: jsonOf({ $ref: '#/components/schemas/Recheck' }, 'The recheck.'), ...errors },
    },
  },
} as const;

/** The shape that {@link RECHECK_PATHS} refers to. */
export const RECHECK_SCHEMAS = { Recheck: recheck } as const;
