import { ProtocolError } from './errors.ts';

/** Limits on one bencoded message; they hold before anything is allocated for it. */
export interface BencodeLimits {
  /** Bytes of the whole message. */
  readonly maxBytes: number;
  /** Lists and dictionaries within one another. */
  readonly maxDepth: number;
  /** Values and keys together. */
  readonly maxItems: number;
}

/** Enough for any metainfo file a client would load; small messages should pass narrower ones. */
export const DEFAULT_BENCODE_LIMITS: BencodeLimits = {
  maxBytes: 64 * 1024 * 1024,
  maxDepth: 64,
  maxItems: 8_000_000,
};

/** What a scan found: the message is well formed and ends with the bytes. */
export interface BencodeScan {
  /** False when keys are unsorted or doubled, or a number has leading zeros: readable, but no encoder would write it. */
  readonly isCanonical: boolean;
  /** The members of the outermost dictionary in their order; empty for other values. */
  readonly members: readonly BencodeMember[];
}

/** One member of the outermost dictionary: its value is `bytes.subarray(start, end)`. */
export interface BencodeMember {
  /** A view of the key's raw bytes. */
  readonly key: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** The member whose key is `name`. */
export function memberNamed(scan: BencodeScan, name: string): BencodeMember | undefined {
  const key = Buffer.from(name);
  return scan.members.find((member) => key.equals(member.key));
}

const DIGIT_0 = 0x30;
const COLON = 0x3a;
const MINUS = 0x2d;
const LETTER_D = 0x64;
const LETTER_E = 0x65;
const LETTER_I = 0x69;
const LETTER_L = 0x6c;
const NONE = -1;
const PROTOTYPE_KEY = Buffer.from('__proto__');

/**
 * Walks one bencoded value (BEP 3) without recursion and without building it: a hostile message costs one pass over its bytes.
 * @throws {ProtocolError} ERR_BENCODE when it is malformed, longer or deeper than the limits, or has bytes behind its end.
 */
export function scanBencode(bytes: Uint8Array, limits: BencodeLimits = DEFAULT_BENCODE_LIMITS): BencodeScan {
  return new BencodeScanner(bytes, limits).scan();
}

/** One dictionary or list that is open while its members are read. */
interface OpenContainer {
  readonly isDictionary: boolean;
  /** Where the last key lies, to see whether keys ascend. */
  keyStart: number;
  keyEnd: number;
  expectsKey: boolean;
}

class BencodeScanner {
  readonly #bytes: Uint8Array;
  readonly #limits: BencodeLimits;
  readonly #open: OpenContainer[] = [];
  readonly #members: BencodeMember[] = [];
  #at = 0;
  #items = 0;
  #isCanonical = true;
  #rootKey: Uint8Array | undefined;
  #rootValueStart = NONE;
  #lastStringLength = 0;

  constructor(bytes: Uint8Array, limits: BencodeLimits) {
    this.#bytes = bytes;
    this.#limits = limits;
  }

  scan(): BencodeScan {
    if (this.#bytes.length === 0) throw this.#error('it is empty');
    if (this.#bytes.length > this.#limits.maxBytes)
      throw this.#error(`it is longer than ${this.#limits.maxBytes} bytes`);
    do this.#step();
    while (this.#open.length > 0);
    if (this.#at !== this.#bytes.length) throw this.#error('there are bytes behind its end');
    return { isCanonical: this.#isCanonical, members: this.#members };
  }

  /** Reads one token: a key, a scalar, an opening or a closing. */
  #step(): void {
    if (++this.#items > this.#limits.maxItems)
      throw this.#error(`it has more than ${this.#limits.maxItems} items`);
    const container = this.#open.at(-1);
    const byte = this.#bytes[this.#at];
    if (byte === LETTER_E && container !== undefined) return this.#close(container);
    if (container?.expectsKey === true) return this.#key(container);
    if (this.#open.length === 1) this.#rootValueStart = this.#at;
    if (byte === LETTER_D || byte === LETTER_L) return this.#openContainer(byte === LETTER_D);
    if (byte === LETTER_I) this.#integer();
    else this.#string();
    this.#valueEnded();
  }

  #openContainer(isDictionary: boolean): void {
    if (this.#open.length >= this.#limits.maxDepth)
      throw this.#error(`it is nested deeper than ${this.#limits.maxDepth} levels`);
    this.#open.push({ isDictionary, keyStart: NONE, keyEnd: NONE, expectsKey: isDictionary });
    this.#at++;
  }

  #close(container: OpenContainer): void {
    if (container.isDictionary && !container.expectsKey) throw this.#error('a key has no value');
    this.#open.pop();
    this.#at++;
    this.#valueEnded();
  }

  #valueEnded(): void {
    const container = this.#open.at(-1);
    if (container?.isDictionary !== true) return;
    container.expectsKey = true;
    if (this.#open.length === 1 && this.#rootKey !== undefined) {
      this.#members.push({ key: this.#rootKey, start: this.#rootValueStart, end: this.#at });
    }
  }

  #key(container: OpenContainer): void {
    const end = this.#string();
    const start = end - this.#lastStringLength;
    if (container.keyStart !== NONE) {
      const order = Buffer.compare(
        this.#bytes.subarray(container.keyStart, container.keyEnd),
        this.#bytes.subarray(start, end),
      );
      if (order === 0) throw this.#error('a dictionary has the same key twice');
      if (order > 0) this.#isCanonical = false;
    }
    container.keyStart = start;
    container.keyEnd = end;
    container.expectsKey = false;
    this.#refusePrototypeKey(start, end);
    if (this.#open.length === 1) this.#rootKey = this.#bytes.subarray(start, end);
  }

  /** The decoder would take this key for the prototype of the object it builds; nothing in the protocol is named so. */
  #refusePrototypeKey(start: number, end: number): void {
    if (end - start === PROTOTYPE_KEY.length && PROTOTYPE_KEY.equals(this.#bytes.subarray(start, end))) {
      throw this.#error('a key is named __proto__');
    }
  }

  /** Reads `<length>:<bytes>` and returns where it ends. */
  #string(): number {
    const length = this.#digits(COLON, 'a string length');
    if (length > this.#bytes.length - this.#at) throw this.#error('a string is longer than the message');
    this.#at += length;
    this.#lastStringLength = length;
    return this.#at;
  }

  /** Reads `i<number>e`. Numbers beyond 2^53 are refused: nothing in the protocol needs them, and they lose digits. */
  #integer(): void {
    this.#at++;
    const isNegative = this.#bytes[this.#at] === MINUS;
    if (isNegative) this.#at++;
    const magnitude = this.#digits(LETTER_E, 'a number');
    if (isNegative && magnitude === 0) this.#isCanonical = false;
  }

  /** Reads decimal digits up to and including `terminator`. */
  #digits(terminator: number, what: string): number {
    const start = this.#at;
    let value = 0;
    for (;;) {
      const byte = this.#bytes[this.#at];
      if (byte === terminator && this.#at > start) break;
      const digit = byte === undefined ? NONE : byte - DIGIT_0;
      if (digit < 0 || digit > 9) throw this.#error(`${what} is malformed`);
      value = value * 10 + digit;
      if (value > Number.MAX_SAFE_INTEGER) throw this.#error(`${what} is too large`);
      this.#at++;
    }
    if (this.#bytes[start] === DIGIT_0 && this.#at > start + 1) this.#isCanonical = false;
    this.#at++;
    return value;
  }

  #error(what: string): ProtocolError {
    return new ProtocolError('ERR_BENCODE', `not valid bencode: ${what} (at byte ${this.#at})`);
  }
}
