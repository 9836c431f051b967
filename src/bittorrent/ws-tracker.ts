/** One half of a WebRTC connection in words (RFC 8829), as browsers make it. */
export interface SessionDescription {
  readonly type: 'offer' | 'answer';
  readonly sdp: string;
}

const MAX_OFFER_ID_LENGTH = 64;
const LAST_BYTE = 0xff;

/** Bytes as JSON carries them here: a character a byte, U+0000 to U+00FF. */
export function binaryText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

/** The bytes that such a text stands for; undefined unless it is one, of the given length. */
export function bytesOfBinaryText(value: unknown, length: number): Uint8Array | undefined {
  if (typeof value !== 'string' || value.length !== length) return undefined;
  for (let i = 0; i < length; i++) if (value.charCodeAt(i) > LAST_BYTE) return undefined;
  return Buffer.from(value, 'latin1');
}

/** Whether a JSON value is an object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A session description of the wanted type, without whatever else stands in the object; undefined when there is none. */
export function parseSessionDescription(
  value: unknown,
  type: SessionDescription['type'],
): SessionDescription | undefined {
  if (!isRecord(value) || value['type'] !== type || typeof value['sdp'] !== 'string') return undefined;
  return { type, sdp: value['sdp'] };
}

/** The name of an offer: any text of 1 to 64 characters. */
export function parseOfferId(value: unknown): string | undefined {
  const isOne = typeof value === 'string' && value.length > 0 && value.length <= MAX_OFFER_ID_LENGTH;
  return isOne ? value : undefined;
}
