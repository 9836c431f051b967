/**
 * Writes bencode straight into a buffer that the caller reuses: an announce is answered without building a value first.
 * The caller keeps keys in order. Nothing is written beyond the buffer: it throws a RangeError, so give it room.
 */
export class BencodeWriter {
  readonly buffer: Buffer;
  /** Where the next byte goes. */
  at = 0;

  constructor(buffer: Buffer) {
    this.buffer = buffer;
  }

  /** Literal bencode such as `8:intervali`. ASCII only. */
  literal(text: string): this {
    this.at += this.buffer.write(text, this.at, 'latin1');
    return this;
  }

  /** The digits of a whole number that is not negative, and then `e`. */
  integerEnd(value: number): this {
    this.#digits(value);
    this.buffer[this.at++] = 0x65;
    return this;
  }

  /** `<length>:<bytes>`. */
  bytes(value: Uint8Array): this {
    this.stringStart(value.length);
    return this.raw(value);
  }

  /** `<length>:`, when the bytes come in parts. */
  stringStart(length: number): this {
    this.#digits(length);
    this.buffer[this.at++] = 0x3a;
    return this;
  }

  /** Bytes as they are. */
  raw(value: Uint8Array): this {
    this.buffer.set(value, this.at);
    this.at += value.length;
    return this;
  }

  #digits(value: number): void {
    if (value < 10) {
      this.buffer[this.at++] = 0x30 + value;
      return;
    }
    let end = this.at + digitCount(value);
    this.at = end;
    for (let rest = value; end > 0 && rest > 0; rest = Math.floor(rest / 10))
      this.buffer[--end] = 0x30 + (rest % 10);
  }
}

function digitCount(value: number): number {
  let count = 1;
  for (let limit = 10; value >= limit; limit *= 10) count++;
  return count;
}
