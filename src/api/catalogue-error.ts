/** Why a torrent could not be published. */
export type CatalogueErrorCode =
  | 'ERR_NO_TORRENT'
  | 'ERR_DATA_MISSING'
  | 'ERR_DATA_MISMATCH'
  | 'ERR_OWN_FOLDER'
  | 'ERR_TARGET_OCCUPIED'
  | 'ERR_PLACE_SHARED'
  | 'ERR_DATA_FILE'
  | 'ERR_SOURCE'
  | 'ERR_PIECE_RANGE'
  | 'ERR_NO_FILE'
  | 'ERR_NO_RECHECK'
  | 'ERR_TORRENT_STATE'
  | 'ERR_PREFERENCE'
  | 'ERR_TOO_MANY_MAGNETS';

/** A publisher's mistake, or a disk that does not take what is published; the message says what was wrong, where, and what to do. */
export class CatalogueError extends Error {
  override readonly name = 'CatalogueError';
  readonly code: CatalogueErrorCode;

  constructor(code: CatalogueErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
