import { NODE_STATES } from '../../persistence/nodes/node-membership.ts';
import { errorReply, jsonOf } from './parts.ts';

const node = {
  type: 'object',
  required: ['id', 'name', 'state', 'isThis', 'heartbeatAt'],
  properties: {
    id: { type: 'integer', minimum: 1 },
    name: { type: 'string' },
    state: {
      type: 'string',
      enum: NODE_STATES,
      description:
        'Silent: no sign of life for 15 s. Left: it was stopped. Unknown: the database has not answered for 15 s.',
    },
    isThis: { type: 'boolean', description: 'It is the node that answers.' },
    heartbeatAt: {
      type: ['integer', 'null'],
      description: 'Its last sign of life, unix seconds; null when it left.',
    },
  },
} as const;

/** `/nodes` in the description of the control API. */
export const NODE_PATHS = {
  '/nodes': {
    get: {
      summary: 'The nodes that share the database, and how this one stands with it',
      responses: {
        200: jsonOf(
          {
            type: 'object',
            required: ['nodes', 'database'],
            properties: {
              nodes: { type: 'array', items: { $ref: '#/components/schemas/Node' } },
              database: {
                type: 'object',
                required: ['isReachable', 'unreachableSince', 'backlog', 'feedLagSeconds'],
                properties: {
                  isReachable: { type: 'boolean' },
                  unreachableSince: { type: ['integer', 'null'], description: 'Unix seconds.' },
                  backlog: { type: 'integer', description: 'Peers and counts that wait to be written.' },
                  feedLagSeconds: {
                    type: ['number', 'null'],
                    description:
                      'Since the changes of other nodes were last read to their end; null where there are none.',
                  },
                },
              },
            },
          },
          'The nodes.',
        ),
        401: errorReply,
      },
    },
  },
  '/nodes/{name}': {
    parameters: [{ name: 'name', in: 'path', required: true, schema: { type: 'string', maxLength: 64 } }],
    delete: {
      summary: 'Forget a node that will not come back, and what it had of torrents; what it counted stays',
      responses: {
        204: { description: 'Done.' },
        401: errorReply,
        404: errorReply,
        409: errorReply,
        503: errorReply,
        507: errorReply,
      },
    },
  },
} as const;

/** The shapes that {@link NODE_PATHS} refers to. */
export const NODE_SCHEMAS = { Node: node } as const;
