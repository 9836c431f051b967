/** The stable part of a {@link SeederError}. */
export type SeederErrorCode =
  | 'ERR_STORAGE_MISSING'
  | 'ERR_STORAGE_CHANGED'
  | 'ERR_STORAGE_UNREADABLE'
  | 'ERR_STORAGE_UNWRITABLE'
  | 'ERR_STORAGE_FULL'
  | 'ERR_TARGET_OCCUPIED'
  | 'ERR_PLACE_SHARED'
  | 'ERR_PIECES_BAD'
  | 'ERR_PIECE_RANGE'
  | 'ERR_NO_HASHES'
  | 'ERR_PIECE_LENGTH'
  | 'ERR_NO_METADATA'
  | 'ERR_TORRENT_EXISTS'
  | 'ERR_TORRENT_UNKNOWN'
  | 'ERR_TORRENT_STATE'
  | 'ERR_PREFERENCE'
  | 'ERR_RATE_LIMIT'
  | 'ERR_LISTEN'
  | 'ERR_STOPPED';

/** What the seed node throws, or gives as the reason of a failed torrent. The message is one sentence for a person. */
export class SeederError extends Error {
  override readonly name = 'SeederError';
  readonly code: SeederErrorCode;
  /** The file at fault, when there is one. */
  readonly path: string | undefined;
  /** The piece at fault, when it is one. */
  readonly piece: number | undefined;

  constructor(
    code: SeederErrorCode,
    message: string,
    options: { path?: string; piece?: number; cause?: unknown } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.path = options.path;
    this.piece = options.piece;
  }
}

/** What went wrong as a {@link SeederError}; what is none yet is given the code. */
export function asSeederError(error: unknown, code: SeederErrorCode = 'ERR_STORAGE_UNREADABLE'): SeederError {
  if (error instanceof SeederError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new SeederError(code, message, { cause: error });
}
