/** A torrent in a path. */
export const infoHashParameter = {
  name: 'infoHash',
  in: 'path',
  required: true,
  schema: { type: 'string', pattern: '^[0-9a-fA-F]{40}$' },
} as const;

/** An object in an answer: it has all these members, but for those that are named as optional. */
export function objectOf(
  properties: Readonly<Record<string, object>>,
  optional: readonly string[] = [],
): object {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', required, properties };
}

/** A JSON body and what it is. */
export function jsonOf(schema: object, description: string): object {
  return { description, content: { 'application/json': { schema } } };
}

/** Any error. */
export const errorReply = jsonOf({ $ref: '#/components/schemas/Error' }, 'What was wrong.');
