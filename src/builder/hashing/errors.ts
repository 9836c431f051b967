import { getSystemErrorMessage } from 'node:util';

/** The stable part of a {@link BuilderError}. */
export type BuilderErrorCode =
  /** A file's size, time or kind is not what it was, or not what the torrent says. */
  | 'ERR_FILE_CHANGED'
  | 'ERR_FILE_MISSING'
  /** A file or folder that is there cannot be read. */
  | 'ERR_FILE_UNREADABLE'
  /** The input cannot become a torrent: nothing in it, a name that no torrent can hold, links in a circle. */
  | 'ERR_INPUT'
  /** A file is no metainfo file (`.torrent`), or none that can be used. */
  | 'ERR_METAINFO'
  /** An option of the caller makes no sense. */
  | 'ERR_OPTION'
  /** The torrent that was made has not the info-hash that was asked for. */
  | 'ERR_INFO_HASH_DIFFERS'
  /** The hashes of an older torrent cannot be taken over. */
  | 'ERR_REUSE'
  /** The result cannot be written. */
  | 'ERR_OUTPUT'
  /** Something stands where the result should be written. */
  | 'ERR_OUTPUT_EXISTS'
  /** A hashing thread died. */
  | 'ERR_HASHING';

/** What the builder throws for bad input. `code` is the contract; the message is one sentence that names the path or option. */
export class BuilderError extends Error {
  override readonly name = 'BuilderError';
  readonly code: BuilderErrorCode;
  /** The path at fault, when there is one. */
  readonly path: string | undefined;

  constructor(code: BuilderErrorCode, message: string, options: { path?: string; cause?: unknown } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.path = options.path;
  }
}

/** A path as it stands in messages: quoted, control characters escaped. */
export function quoted(path: string): string {
  return JSON.stringify(path);
}

/** The system's name of a failure (`ENOENT`), or undefined when `error` is no system error. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** The system's reason in words: "no such file or directory". */
export function systemReason(error: unknown): string {
  if (error instanceof Error && 'errno' in error && typeof error.errno === 'number')
    return getSystemErrorMessage(error.errno);
  return error instanceof Error ? error.message : String(error);
}

/** The error for a file or folder that could not be opened or read. */
export function readError(path: string, cause: unknown): BuilderError {
  const code = systemCode(cause);
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new BuilderError('ERR_FILE_MISSING', `${quoted(path)} does not exist`, { path, cause });
  return new BuilderError('ERR_FILE_UNREADABLE', `${quoted(path)} cannot be read: ${systemReason(cause)}`, {
    path,
    cause,
  });
}
