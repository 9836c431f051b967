import { errorReply, jsonOf, objectOf } from './parts.ts';

const text = { type: 'string' } as const;
const whole = { type: 'integer' } as const;
const texts = { type: 'array', items: text } as const;

/** `/server` and `/shutdown`. */
export const SERVER_PATHS = {
  '/server': {
    get: {
      summary: 'Version, announce URLs, ports and process of the server',
      responses: {
        200: jsonOf({ $ref: '#/components/schemas/Server' }, 'The server.'),
        401: errorReply,
      },
    },
  },
  '/shutdown': {
    post: {
      summary:
        'End the server as SIGTERM does: this is answered, then trackers are told, and what was acknowledged is kept',
      responses: {
        202: jsonOf(objectOf({ pid: whole }), 'The process that ends.'),
        401: errorReply,
        409: errorReply,
      },
    },
  },
} as const;

/** The shape that {@link SERVER_PATHS} refers to. */
export const SERVER_SCHEMAS = {
  Server: objectOf(
    {
      version: text,
      isPrivate: { type: 'boolean', description: 'The tracker serves its users only.' },
      announceUrl: { type: 'string', description: 'What is written into torrents.' },
      announceUrls: { ...texts, description: 'The same, and those of the other protocols at the same host.' },
      pid: whole,
      peerPort: whole,
      udpPort: { type: 'integer', description: 'Left out when there is no tracker over UDP.' },
      isWebSocketOn: { type: 'boolean' },
      maxConnections: { type: 'integer', description: 'Of peers, to the seed node.' },
      trustedProxies: texts,
      publicAddresses: texts,
    },
    ['udpPort'],
  ),
} as const;
