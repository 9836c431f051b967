/** The members of a body, which are checked one by one; none when it is no object. */
export function recordOf(body: unknown): Readonly<Record<string, unknown>> {
  return (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>; // as it says above
}
