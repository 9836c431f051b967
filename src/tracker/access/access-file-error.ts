/** A file of access rules that cannot be used; the message names it and says what to do. */
export class AccessFileError extends Error {
  override readonly name = 'AccessFileError';
  readonly code = 'ERR_ACCESS_FILE';
}

/** What the system said of a file, for a person. */
export function accessFileError(path: string, cause: unknown): AccessFileError {
  if (cause instanceof AccessFileError) return cause;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  const reason =
    code === 'ENOENT'
      ? 'does not exist'
      : code === 'EACCES' || code === 'EPERM'
        ? 'may not be read'
        : code === 'EISDIR'
          ? 'is a folder'
          : `cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`;
  return new AccessFileError(`the access list ${path} ${reason}`, { cause });
}
