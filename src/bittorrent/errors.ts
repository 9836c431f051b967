/** The stable part of a {@link ProtocolError}: which codec refused the input. */
export type ProtocolErrorCode =
  | 'ERR_BENCODE'
  | 'ERR_INFO_HASH'
  | 'ERR_PEER_ID'
  | 'ERR_ADDRESS'
  | 'ERR_COMPACT_PEERS'
  | 'ERR_METAINFO'
  | 'ERR_MAGNET'
  | 'ERR_TRACKER_RESPONSE';

/**
 * The only error that the codecs of this folder throw for bad input.
 * `code` is the contract; the message is one sentence for a person: what was wrong and where.
 */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
  readonly code: ProtocolErrorCode;
  /** The key, parameter or field that was wrong, when there is one. */
  readonly field: string | undefined;

  constructor(code: ProtocolErrorCode, message: string, options: { field?: string; cause?: unknown } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.field = options.field;
  }
}

/** The refusal of a request as a value: the hot path answers it without throwing. */
export interface RequestFault {
  /** One sentence for the client, naming the parameter. */
  readonly fault: string;
}

/** Tells a refused request from a parsed one. */
export function isRequestFault(value: object): value is RequestFault {
  return 'fault' in value;
}
