import { randomBytes, randomInt } from 'node:crypto';

/** Bytes of padding that either side may put in, twice. */
export const MAX_PAD_LENGTH = 512;
/** Bytes of zero by which a side sees that both have the same keys: VC. */
export const VC_LENGTH = 8;
/** VC, crypto_provide or crypto_select, and the length of the padding behind them. */
export const OFFER_LENGTH = VC_LENGTH + 4 + 2;

/** What one side offers, or the other one chose. */
export interface Offer {
  /** The bits of crypto_provide or crypto_select. */
  readonly methods: number;
  /** Bytes of padding behind it, at most {@link MAX_PAD_LENGTH}. */
  readonly padLength: number;
}

/** VC, these bits, the length of the padding, and the padding: to be encrypted. */
export function encodeOffer(methods: number, padding: Uint8Array): Buffer {
  const head = Buffer.alloc(OFFER_LENGTH);
  head.writeUInt32BE(methods, VC_LENGTH);
  head.writeUInt16BE(padding.length, VC_LENGTH + 4);
  return Buffer.concat([head, padding]);
}

/** Reads {@link OFFER_LENGTH} decrypted bytes; undefined when VC is not zero, or the padding would be too long. */
export function readOffer(bytes: Buffer): Offer | undefined {
  const padLength = bytes.readUInt16BE(VC_LENGTH + 4);
  if (padLength > MAX_PAD_LENGTH || bytes.subarray(0, VC_LENGTH).some((byte) => byte !== 0)) return undefined;
  return { methods: bytes.readUInt32BE(VC_LENGTH), padLength };
}

/** Up to {@link MAX_PAD_LENGTH} random bytes, so that the length of a handshake tells nothing. */
export function randomPadding(): Buffer {
  return randomBytes(randomInt(MAX_PAD_LENGTH + 1));
}
