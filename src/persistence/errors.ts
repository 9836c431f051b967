/** The stable part of a {@link PersistenceError}. */
export type PersistenceErrorCode =
  /** Another process serves from the same data folder. */
  | 'ERR_DATA_FOLDER_IN_USE'
  /** The data folder cannot be made, is no folder, or cannot be written. */
  | 'ERR_DATA_FOLDER'
  /** The text that names a database is none that we know. */
  | 'ERR_DATABASE_URL'
  /** The file cannot be opened; there is no such database on the server; the connection cannot be protected as it was asked. */
  | 'ERR_DATABASE_OPEN'
  /** The server lets this user not in, or not do what is needed. */
  | 'ERR_DATABASE_ACCESS'
  /** The server is too old. */
  | 'ERR_DATABASE_SERVER'
  /** The server cannot be reached, gives no answer, or has closed the connection. */
  | 'ERR_DATABASE_AWAY'
  /** The file is no database, or is damaged. */
  | 'ERR_DATABASE_FORMAT'
  /** A database that another program made. */
  | 'ERR_DATABASE_FOREIGN'
  /** A database that a newer version of this program has changed. */
  | 'ERR_DATABASE_NEWER'
  /** The file or its folder may not be written. */
  | 'ERR_DATABASE_READ_ONLY'
  /** The disk, or the size allowed to the file, is full. */
  | 'ERR_DATABASE_FULL'
  /** Somebody else holds the database locked for longer than we wait, or there is no connection left. */
  | 'ERR_DATABASE_BUSY'
  /** The disk reports a fault. */
  | 'ERR_DATABASE_IO'
  /** The database is not open, or was closed before the answer came. */
  | 'ERR_DATABASE_CLOSED'
  /** Anything else: `cause` and the message tell. */
  | 'ERR_DATABASE';

/** The only error that persistence throws. `code` is the contract; the message is one sentence for a person. */
export class PersistenceError extends Error {
  override readonly name = 'PersistenceError';
  readonly code: PersistenceErrorCode;

  constructor(code: PersistenceErrorCode, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
  }
}
