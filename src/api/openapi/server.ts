import { errorReply, jsonOf } from './parts.ts';

const text = { type: 'string' } as const;
const whole = { type: 'integer' } as const;
const texts = { type: 'array', items: text } as const;

/** `/server`. */
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
} as const;

export const SERVER_SCHEMAS = {
  Server: {
    type: 'object',
    properties: {
      version: text,
      isPrivate: { type: 'boolean', description: 'The tracker serves its users only.' },
      announceUrl: text,
      announceUrls: texts,
      pid: whole,
      peerPort: whole,
      udpPort: { type: 'integer', description: 'Left out when there is no tracker over UDP.' },
      isWebSocketOn: { type: 'boolean' },
      maxConnections: whole,
      trustedProxies: texts,
      publicAddresses: texts,
    },
  },
} as const;
