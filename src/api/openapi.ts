import { ACCESS_PATHS, ACCESS_SCHEMAS } from './openapi/access.ts';
import { LIMIT_PATHS, LIMIT_SCHEMAS } from './openapi/limits.ts';
import { NODE_PATHS, NODE_SCHEMAS } from './openapi/nodes.ts';
import { errorReply, jsonOf, objectOf } from './openapi/parts.ts';
import { PEER_PATHS } from './openapi/peers.ts';
import { RECHECK_PATHS, RECHECK_SCHEMAS } from './openapi/rechecks.ts';
import { SERVER_PATHS, SERVER_SCHEMAS } from './openapi/server.ts';
import { TORRENT_DETAIL_PATHS } from './openapi/torrent-details.ts';
import { TORRENT_PATHS, TORRENT_SCHEMAS } from './openapi/torrents.ts';
import { QUEUE_PATHS, QUEUE_SCHEMAS } from './openapi/turns.ts';
import { USER_PATHS, USER_SCHEMAS } from './openapi/users.ts';

/** The description of the control API (OpenAPI 3.1), served at `/api/v1/openapi.json`. */
export const OPENAPI = {
  openapi: '3.1.0',
  info: {
    title: 'Seedbed control API',
    version: '1',
    description:
      'Bodies are JSON in UTF-8 and not packed (else 415): up to 1 MiB, lists of peers and info-hashes 4 MiB, a torrent 192 MiB (else 413).',
  },
  servers: [{ url: '/api/v1' }],
  security: [{ token: [] }],
  paths: {
    ...SERVER_PATHS,
    '/statistics': {
      get: {
        summary: 'Counters by part',
        responses: { 200: jsonOf({ type: 'object' }, 'The counters.'), 401: errorReply },
      },
    },
    ...TORRENT_PATHS,
    ...TORRENT_DETAIL_PATHS,
    ...RECHECK_PATHS,
    ...LIMIT_PATHS,
    ...QUEUE_PATHS,
    ...NODE_PATHS,
    ...PEER_PATHS,
    ...USER_PATHS,
    ...ACCESS_PATHS,
  },
  components: {
    securitySchemes: {
      token: {
        type: 'http',
        scheme: 'bearer',
        description: 'The content of the file api-token in the data folder.',
      },
    },
    schemas: {
      ...SERVER_SCHEMAS,
      ...TORRENT_SCHEMAS,
      ...RECHECK_SCHEMAS,
      ...LIMIT_SCHEMAS,
      ...QUEUE_SCHEMAS,
      ...NODE_SCHEMAS,
      ...USER_SCHEMAS,
      ...ACCESS_SCHEMAS,
      Error: objectOf({
        error: objectOf({
          code: { type: 'string', description: 'Stable, for programs.' },
          message: { type: 'string', description: 'For people.' },
        }),
      }),
    },
  },
} as const;
