const DIGIT_0 = 0x30;
const COLON = 0x3a;
const LETTER_D = 0x64;
const LETTER_E = 0x65;
const LETTER_I = 0x69;
const LETTER_L = 0x6c;

/**
 * Reads bencode forwards, token by token, without building anything. Only for bytes that {@link scanBencode} found well formed:
 * it checks nothing again. For structures that are deep and large at once, of which a tree of values would be too dear.
 */
export class BencodeCursor {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Whether a dictionary comes next. */
  get isAtDictionary(): boolean {
    return this.#bytes[this.#at] === LETTER_D;
  }

  /** Whether the open list or dictionary ends here. */
  get isAtEnd(): boolean {
    return this.#bytes[this.#at] === LETTER_E;
  }

  /** Steps into the list or dictionary that comes next. */
  enter(): void {
    this.#at++;
  }

  /** Steps over the end of the open list or dictionary. */
  leave(): void {
    this.#at++;
  }

  /** The byte string that comes next, a key for instance; a view. */
  string(): Uint8Array {
    const start = this.#skipString();
    return this.#bytes.subarray(start, this.#at);
  }

  /** The value that comes next, still bencoded; a view. */
  raw(): Uint8Array {
    const start = this.#at;
    let depth = 0;
    do {
      const byte = this.#bytes[this.#at];
      if (byte === LETTER_D || byte === LETTER_L) depth++;
      if (byte === LETTER_E) depth--;
      if (byte === LETTER_I) this.#at = this.#bytes.indexOf(LETTER_E, this.#at) + 1;
      else if (byte === LETTER_D || byte === LETTER_L || byte === LETTER_E) this.#at++;
      else this.#skipString();
    } while (depth > 0);
    return this.#bytes.subarray(start, this.#at);
  }

  /** Steps over a byte string and returns where its bytes begin. */
  #skipString(): number {
    let length = 0;
    let byte = this.#bytes[this.#at++] as number; // the scan found the whole string there
    for (; byte !== COLON; byte = this.#bytes[this.#at++] as number) length = 10 * length + byte - DIGIT_0;
    const start = this.#at;
    this.#at += length;
    return start;
  }
}
