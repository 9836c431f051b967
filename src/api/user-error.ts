/** The stable part of a {@link UserError}. */
export type UserErrorCode =
  /** There is no user of this number or name. */
  | 'ERR_NO_USER'
  /** Another user has the name or the passkey. */
  | 'ERR_USER_EXISTS'
  /** A name, passkey, time or percentage that cannot be. */
  | 'ERR_USER_INPUT';

/** What cannot be done with a user. `code` is the contract; the message is one sentence for a person, and names no passkey. */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly code: UserErrorCode;

  constructor(code: UserErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
