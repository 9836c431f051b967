import { type BencodeValue, decodeBencode } from './bencode.ts';
import { type BencodeLimits, type BencodeScan, memberNamed, scanBencode } from './bencode-scan.ts';
import { ProtocolError } from './errors.ts';

const LETTER_D = 0x64;
const COLON = 0x3a;

/**
 * A bencoded dictionary whose members are decoded one by one, when they are asked for: what nobody asks for costs one pass
 * over its bytes and no memory. For metainfo files, which are large and come from strangers.
 */
export class BencodedDictionary {
  readonly #bytes: Uint8Array;
  readonly #scan: BencodeScan;

  /**
   * Checks the structure of `bytes`, which are not copied.
   * @throws {ProtocolError} ERR_BENCODE when they are no dictionary, malformed, or beyond `limits`.
   */
  constructor(bytes: Uint8Array, limits: BencodeLimits) {
    this.#scan = scanBencode(bytes, limits);
    if (bytes[0] !== LETTER_D) throw new ProtocolError('ERR_BENCODE', 'it is no dictionary');
    this.#bytes = bytes;
  }

  /** False when keys are unsorted or a number has leading zeros, here or below: readable, but no encoder would write it. */
  get isCanonical(): boolean {
    return this.#scan.isCanonical;
  }

  /** Whether bytes follow that are not part of it; only where the limits allow them. */
  get hasTrailingBytes(): boolean {
    return this.#scan.end < this.#bytes.length;
  }

  /** Every member in its order: the raw bytes of its key, and its value still bencoded; views. */
  *entries(): Generator<readonly [key: Uint8Array, raw: Uint8Array]> {
    for (const { key, start, end } of this.#scan.members) yield [key, this.#bytes.subarray(start, end)];
  }

  /** Whether the key is there. */
  has(name: string): boolean {
    return memberNamed(this.#scan, name) !== undefined;
  }

  /** The value as it stands, still bencoded; a view. Undefined when the key is missing. */
  raw(name: string): Uint8Array | undefined {
    const member = memberNamed(this.#scan, name);
    return member && this.#bytes.subarray(member.start, member.end);
  }

  /**
   * The value, decoded. Undefined when the key is missing.
   * @throws {ProtocolError} ERR_BENCODE when it is beyond `limits`, or a dictionary in it has a key twice.
   */
  get(name: string, limits?: BencodeLimits): BencodeValue | undefined {
    const raw = this.raw(name);
    return raw && decodeBencode(raw, limits);
  }

  /** The bytes of a byte string; a view. Undefined when the key is missing or its value is something else. */
  bytes(name: string): Uint8Array | undefined {
    return stringBytes(this.raw(name));
  }
}

/** The bytes of one well-formed bencoded byte string; a view. Undefined for any other value. */
export function stringBytes(raw: Uint8Array | undefined): Uint8Array | undefined {
  const digit = raw?.[0] ?? 0;
  return digit >= 0x30 && digit <= 0x39 ? raw?.subarray(raw.indexOf(COLON) + 1) : undefined;
}
