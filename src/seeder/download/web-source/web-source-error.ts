/** The stable part of a {@link WebSourceError}. */
export type WebSourceErrorCode =
  | 'ERR_FILE_MISSING'
  | 'ERR_FILE_DIFFERS'
  | 'ERR_NO_RANGES'
  | 'ERR_BUSY'
  | 'ERR_STATUS'
  | 'ERR_ANSWER'
  | 'ERR_CUT_SHORT'
  | 'ERR_TIMEOUT'
  | 'ERR_UNREACHABLE';

/**
 * How far a failure reaches: `file`: this file is not to be had there, others may be; `again`: what was asked for can only be had in another
 * way; `source`: it is left alone for a while.
 */
export type FailureScope = 'file' | 'again' | 'source';

/** Why a web seed did not give what it was asked for. The message is for a person, begins with "it" and holds no URL, which may carry a password. */
export class WebSourceError extends Error {
  override readonly name = 'WebSourceError';
  readonly code: WebSourceErrorCode;
  readonly scope: FailureScope;
  /** It asked to be left alone for so long. */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: WebSourceErrorCode,
    message: string,
    options: {
      readonly scope?: FailureScope;
      readonly retryAfterMs?: number | undefined;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.scope = options.scope ?? 'source';
    this.retryAfterMs = options.retryAfterMs;
  }
}
