/** A port that could not be taken; the message says which, why, and what to do. */
export class PortError extends Error {
  override readonly name = 'PortError';
  readonly code = 'ERR_PORT';
}

/** Words a failed listen for the user: `flag` is what chooses another port. */
export function portError(
  cause: unknown,
  place: { readonly host: string; readonly port: number; readonly purpose: string; readonly flag: string },
): unknown {
  const code = systemCode(cause);
  const { host, port, purpose, flag } = place;
  switch (code) {
    case 'EADDRINUSE':
      return new PortError(
        `port ${port} (${purpose}) is in use: stop the program that has it, or choose another with ${flag}`,
        { cause },
      );
    case 'EACCES':
      return new PortError(
        `port ${port} (${purpose}) is not ours to take: choose one above 1023 with ${flag}, or run with the right to bind it`,
        { cause },
      );
    case 'EADDRNOTAVAIL':
    case 'EINVAL':
      return new PortError(`${host} is no address of this machine: choose another with --host`, { cause });
    default:
      return cause;
  }
}

/** The system's code: of the error itself, or of the one that it wraps. */
function systemCode(error: unknown): unknown {
  if (!(error instanceof Error)) return undefined;
  return systemCode(error.cause) ?? ('code' in error ? error.code : undefined);
}
