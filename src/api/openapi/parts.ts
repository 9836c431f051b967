/** A torrent in a path. */
export const infoHashParameter = {
  name: 'infoHash',
  in: 'path',
  required: true,
  schema: { type: 'string', pattern: '^[0-9a-fA-F]{40}$' },
} as const;

/** A JSON body and what it is. */
export function jsonOf(schema: object, description: string): object {
  return { description, content: { 'application/json': { schema } } };
}

/** Any error. */
export const errorReply = jsonOf({ $ref: '#/components/schemas/Error' }, 'What was wrong.');
