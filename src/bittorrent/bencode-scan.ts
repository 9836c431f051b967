import { ProtocolError } from './errors.ts';

/** Limits on one bencoded message; they hold before anything is allocated for it. */
export interface BencodeLimits {
  /** Bytes of the whole message. */
  readonly maxBytes: number;
  /** Lists and dictionaries within one another. */
  readonly maxDepth: number;
  /** Tokens: values, keys and ends of containers. */
  readonly maxItems: number;
  /** Takes bytes behind the end of the value, and does not look at them. Default: they are refused. */
  readonly allowsTrailingBytes?: boolean;
}

/**
 * For messages that are decoded as a whole. A decoded item takes up to 500 bytes of memory however short it was written
 * (`0:`, `de`), so the limit on items is what bounds the memory: about 125 MB. Small messages should pass narrower limits.
 */
export const DEFAULT_BENCODE_LIMITS: BencodeLimits = {
  maxBytes: 64 * 1024 * 1024,
  maxDepth: 64,
  maxItems: 250_000,
};

/** Members of the outermost dictionary: the protocol has none with nearly as many, but for trees of files and layers of pieces. */
const MAX_MEMBERS = 65_536;
/** The largest number read, 2^64: real files carry such numbers in keys of their makers. Beyond 2^53 digits are lost. */
const MAX_INTEGER = 2 ** 64;

/** What a scan found: the message is well formed and ends with the bytes. */
export interface BencodeScan {
  /** False when keys are unsorted or a number has leading zeros: readable, but no encoder would write it. */
  readonly isCanonical: boolean;
  /** The members of the outermost dictionary in their order, no key twice; empty for other values. */
  readonly members: readonly BencodeMember[];
  /** Keys of all dictionaries together. */
  readonly keyCount: number;
  /** Where the value ends. */
  readonly end: number;
}

/** One member of the outermost dictionary: its value is `bytes.subarray(start, end)`. */
export interface BencodeMember {
  /** A view of the key's raw bytes. */
  readonly key: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** The member whose key is `name`, which is ASCII as all keys of the protocols are. */
export function memberNamed(scan: BencodeScan, name: string): BencodeMember | undefined {
  return scan.members.find(({ key }) => isKey(key, name));
}

function isKey(key: Uint8Array, name: string): boolean {
  if (key.length !== name.length) return false;
  for (let i = 0; i < key.length; i++) if (key[i] !== name.charCodeAt(i)) return false;
  return true;
}

const DIGIT_0 = 0x30;
const COLON = 0x3a;
const MINUS = 0x2d;
const LETTER_D = 0x64;
const LETTER_E = 0x65;
const LETTER_I = 0x69;
const LETTER_L = 0x6c;
const NONE = -1;

/**
 * Walks one bencoded value (BEP 3) without recursion and without building it: a hostile message costs one pass over its bytes.
 * @throws {ProtocolError} ERR_BENCODE when it is malformed, longer or deeper than the limits, or has bytes behind its end.
 */
export function scanBencode(bytes: Uint8Array, limits: BencodeLimits = DEFAULT_BENCODE_LIMITS): BencodeScan {
  return new BencodeScanner(bytes, limits, undefined).scan();
}

/**
 * Walks a bencoded list and tells where each element lies: `bytes.subarray(start, end)`. `visit` is called while the walk is
 * on, so what it throws ends the walk. Returns the number of elements, or undefined when the value is no list.
 * @throws {ProtocolError} ERR_BENCODE as {@link scanBencode} does.
 */
export function eachBencodeElement(
  bytes: Uint8Array,
  limits: BencodeLimits,
  visit: (start: number, end: number) => void,
): number | undefined {
  if (bytes[0] !== LETTER_L) return undefined;
  let count = 0;
  new BencodeScanner(bytes, limits, (start, end) => {
    count++;
    visit(start, end);
  }).scan();
  return count;
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
  readonly #bytes: Buffer;
  readonly #limits: BencodeLimits;
  readonly #visitElement: ((start: number, end: number) => void) | undefined;
  readonly #open: OpenContainer[] = [];
  readonly #members: BencodeMember[] = [];
  #at = 0;
  #items = 0;
  #keys = 0;
  #isCanonical = true;
  #isRootSorted = true;
  #rootKey: Uint8Array | undefined;
  #rootValueStart = NONE;
  #lastStringLength = 0;

  constructor(
    bytes: Uint8Array,
    limits: BencodeLimits,
    visitElement: ((start: number, end: number) => void) | undefined,
  ) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#limits = limits;
    this.#visitElement = visitElement;
  }

  scan(): BencodeScan {
    if (this.#bytes.length === 0) throw this.#error('it is empty');
    if (this.#bytes.length > this.#limits.maxBytes)
      throw this.#error(`it is longer than ${this.#limits.maxBytes} bytes`);
    do this.#step();
    while (this.#open.length > 0);
    if (this.#at !== this.#bytes.length && this.#limits.allowsTrailingBytes !== true)
      throw this.#error('there are bytes behind its end');
    if (!this.#isRootSorted) this.#refuseDoubledMembers();
    return { isCanonical: this.#isCanonical, members: this.#members, keyCount: this.#keys, end: this.#at };
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
    if (container === undefined) return;
    container.expectsKey = container.isDictionary;
    if (this.#open.length > 1) return;
    if (!container.isDictionary) this.#visitElement?.(this.#rootValueStart, this.#at);
    else if (this.#rootKey !== undefined) this.#member(this.#rootKey);
  }

  #member(key: Uint8Array): void {
    if (this.#members.length === MAX_MEMBERS)
      throw this.#error(`its dictionary has more than ${MAX_MEMBERS} keys`);
    this.#members.push({ key, start: this.#rootValueStart, end: this.#at });
  }

  #key(container: OpenContainer): void {
    const end = this.#string();
    const start = end - this.#lastStringLength;
    this.#keys++;
    if (container.keyStart !== NONE) this.#compareKeys(container, start, end);
    container.keyStart = start;
    container.keyEnd = end;
    container.expectsKey = false;
    if (this.#open.length === 1) this.#rootKey = this.#bytes.subarray(start, end);
  }

  /** Keys that ascend cannot come twice; where they do not, somebody has to look again. */
  #compareKeys(container: OpenContainer, start: number, end: number): void {
    const order = this.#compare(container.keyStart, container.keyEnd, start, end);
    if (order === 0) throw this.#error('a dictionary has the same key twice');
    if (order < 0) return;
    this.#isCanonical = false;
    if (this.#open.length === 1) this.#isRootSorted = false;
  }

  /** Below 0 when the bytes of the first range sort before those of the second. Keys differ early: Buffer.compare costs more. */
  #compare(aStart: number, aEnd: number, bStart: number, bEnd: number): number {
    const length = Math.min(aEnd - aStart, bEnd - bStart);
    for (let i = 0; i < length; i++) {
      const difference = (this.#bytes[aStart + i] as number) - (this.#bytes[bStart + i] as number); // both within the bytes
      if (difference !== 0) return difference;
    }
    return aEnd - aStart - (bEnd - bStart);
  }

  #refuseDoubledMembers(): void {
    const keys = new Set(this.#members.map(({ key }) => Buffer.from(key).toString('latin1')));
    if (keys.size < this.#members.length) throw this.#error('a dictionary has the same key twice');
  }

  /** Reads `<length>:<bytes>` and returns where it ends. */
  #string(): number {
    const length = this.#digits(COLON, 'a string length');
    if (length > this.#bytes.length - this.#at) throw this.#error('a string is longer than the message');
    this.#at += length;
    this.#lastStringLength = length;
    return this.#at;
  }

  /** Reads `i<number>e`. */
  #integer(): void {
    this.#at++;
    const isNegative = this.#bytes[this.#at] === MINUS;
    if (isNegative) this.#at++;
    const magnitude = this.#digits(LETTER_E, 'a number');
    if (isNegative && magnitude === 0) throw this.#error('a number is minus zero'); // BEP 3: "i-0e is invalid"
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
      if (value > MAX_INTEGER) throw this.#error(`${what} is too large`);
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
