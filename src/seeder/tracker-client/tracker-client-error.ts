import type { AddressFamily } from '../../bittorrent/endpoint.ts';

/** The stable part of a {@link TrackerClientError}. */
export type TrackerClientErrorCode =
  | 'ERR_URL'
  | 'ERR_NAME'
  | 'ERR_FAMILY'
  | 'ERR_UNREACHABLE'
  | 'ERR_REFUSED'
  | 'ERR_TIMEOUT'
  | 'ERR_CLOSED'
  | 'ERR_CERTIFICATE'
  | 'ERR_TLS'
  | 'ERR_STATUS'
  | 'ERR_REDIRECT'
  | 'ERR_TOO_LARGE'
  | 'ERR_ANSWER'
  | 'ERR_NO_SCRAPE';

/** Why a tracker gave no answer. The message is for a person, begins with "it" and holds no URL, since that may carry a passkey. */
export class TrackerClientError extends Error {
  override readonly name = 'TrackerClientError';
  readonly code: TrackerClientErrorCode;
  /** ERR_REDIRECT: where it sent us, as it wrote it. */
  readonly location: string | undefined;

  constructor(
    code: TrackerClientErrorCode,
    message: string,
    options: { readonly cause?: unknown; readonly location?: string } = {},
  ) {
    super(message, options);
    this.code = code;
    this.location = options.location;
  }
}

const REASONS: Readonly<Record<string, readonly [TrackerClientErrorCode, string]>> = {
  ECONNREFUSED: ['ERR_REFUSED', 'the connection was refused'],
  ECONNRESET: ['ERR_CLOSED', 'it closed the connection'],
  EPIPE: ['ERR_CLOSED', 'it closed the connection'],
  ENOTFOUND: ['ERR_NAME', 'its host name is not known'],
  ENODATA: ['ERR_NAME', 'its host name is not known'],
  EAI_AGAIN: ['ERR_NAME', 'its host name cannot be looked up now'],
  ETIMEDOUT: ['ERR_UNREACHABLE', 'it cannot be reached'],
  EHOSTUNREACH: ['ERR_UNREACHABLE', 'it cannot be reached'],
  ENETUNREACH: ['ERR_UNREACHABLE', 'it cannot be reached: this machine has no way to its network'],
  EADDRNOTAVAIL: ['ERR_UNREACHABLE', 'it cannot be reached: this machine has no address of that family'],
  EMSGSIZE: ['ERR_ANSWER', 'the request is too large for one packet'],
  CERT_HAS_EXPIRED: ['ERR_CERTIFICATE', 'its certificate has expired'],
  CERT_NOT_YET_VALID: ['ERR_CERTIFICATE', 'its certificate is not valid yet'],
  ERR_TLS_CERT_ALTNAME_INVALID: ['ERR_CERTIFICATE', 'its certificate is for another name'],
  DEPTH_ZERO_SELF_SIGNED_CERT: ['ERR_CERTIFICATE', 'its certificate is signed by itself'],
  SELF_SIGNED_CERT_IN_CHAIN: ['ERR_CERTIFICATE', 'its certificate comes from nobody who is trusted here'],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: [
    'ERR_CERTIFICATE',
    'its certificate comes from nobody who is trusted here',
  ],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: [
    'ERR_CERTIFICATE',
    'its chain of certificates is not complete, or nobody here trusts it',
  ],
};

/** A sentence for a person instead of a system error with an address in it; `asked` is how the tracker was asked. */
export function asTrackerClientError(
  cause: unknown,
  asked: { readonly timeoutMs: number; readonly family?: AddressFamily | undefined },
): Error {
  if (cause instanceof TrackerClientError) return cause;
  const { code = '', name, message } = cause as NodeJS.ErrnoException; // sockets fail with errors only
  if (name === 'TimeoutError' || name === 'AbortError') return timeoutError(asked.timeoutMs, cause);
  // Happy eyeballs: every address failed, each in its own way.
  if (cause instanceof AggregateError && cause.errors.length > 0)
    return asTrackerClientError(cause.errors[0], asked);
  const reason = REASONS[code];
  if (reason?.[0] === 'ERR_NAME' && asked.family !== undefined) {
    const message = `its host name is not known, or has no IPv${asked.family} address`;
    return new TrackerClientError('ERR_NAME', message, { cause });
  }
  if (reason !== undefined) return new TrackerClientError(...reason, { cause });
  if (code.startsWith('ERR_SSL_') || code === 'EPROTO')
    return new TrackerClientError('ERR_TLS', 'it does not speak TLS as we do', { cause });
  return new TrackerClientError('ERR_ANSWER', code === '' ? message : code, { cause });
}

/** Nothing came in time. */
export function timeoutError(timeoutMs: number, cause?: unknown): TrackerClientError {
  return new TrackerClientError('ERR_TIMEOUT', `it did not answer within ${timeoutMs / 1000} seconds`, {
    cause,
  });
}
