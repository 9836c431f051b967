import { errorReply, jsonOf, objectOf } from './parts.ts';

const hash = { type: 'string', pattern: '^[0-9a-fA-F]{40}$' } as const;
const bytes = { type: 'integer', minimum: 0 } as const;

/** `/peers` in the description of the control API. */
export const PEER_PATHS = {
  '/peers': {
    post: {
      summary: 'Take in peers that another tracker knew; they stay until they announce themselves or expire',
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: {
              type: 'object',
              required: ['peers'],
              properties: {
                peers: {
                  type: 'array',
                  maxItems: 5000,
                  items: {
                    type: 'object',
                    required: ['infoHash', 'peerId', 'ip', 'port', 'left', 'expiresInSeconds'],
                    properties: {
                      infoHash: hash,
                      peerId: hash,
                      ip: { type: 'string' },
                      port: { type: 'integer', minimum: 1, maximum: 65_535 },
                      uploaded: bytes,
                      downloaded: bytes,
                      left: bytes,
                      expiresInSeconds: { type: 'integer', minimum: 1, maximum: 21_600 },
                    },
                  },
                },
              },
            },
          },
        },
      },
      responses: {
        200: jsonOf(
          objectOf({ taken: { type: 'integer' } }),
          'How many had a place: their torrents are tracked.',
        ),
        400: errorReply,
        401: errorReply,
      },
    },
  },
} as const;
