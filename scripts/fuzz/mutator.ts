/** Bytes at which parsers tend to go wrong. */
const INTERESTING = [0x00, 0x01, 0x0a, 0x0d, 0x20, 0x25, 0x26, 0x2d, 0x3a, 0x3d, 0x3f, 0x7f, 0x80, 0xff];

/** Inputs made from good ones: the same seed makes the same inputs. */
export class Mutator {
  readonly #corpus: readonly Uint8Array[];
  readonly #maxBytes: number;
  #state: number;

  /** `corpus`: good inputs, at least one; `maxBytes`: no input grows beyond. */
  constructor(seed: number, corpus: readonly Uint8Array[], maxBytes: number) {
    this.#corpus = corpus;
    this.#maxBytes = maxBytes;
    this.#state = seed >>> 0 || 1;
  }

  /** A number from 0 up to, not including, `bound` (xorshift32). */
  below(bound: number): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x >>> 0;
    return this.#state % bound;
  }

  /** The next input: a good one with one to eight faults, now and then none. */
  next(): Buffer {
    let bytes = Buffer.from(this.#pick());
    for (let faults = this.below(9); faults > 0; faults--) bytes = this.#spoil(bytes);
    return bytes.length > this.#maxBytes ? bytes.subarray(0, this.#maxBytes) : bytes;
  }

  #pick(): Uint8Array {
    return this.#corpus[this.below(this.#corpus.length)] as Uint8Array; // below its length
  }

  #spoil(bytes: Buffer<ArrayBuffer>): Buffer<ArrayBuffer> {
    const at = this.below(bytes.length + 1);
    const length = this.below(24);
    switch (this.below(8)) {
      case 0:
        return bytes.subarray(0, at); // cut short
      case 1:
        return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]); // a piece is missing
      case 2:
        return Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]); // a piece is doubled
      case 3: {
        const other = this.#pick(); // two inputs in one
        return Buffer.concat([bytes.subarray(0, at), other.subarray(this.below(other.length + 1))]);
      }
      case 4:
        return Buffer.concat([bytes.subarray(0, at), this.#noise(length), bytes.subarray(at)]);
      case 5:
        return Buffer.concat([bytes.subarray(0, at), this.#noise(length), bytes.subarray(at + length)]);
      case 6:
        if (at < bytes.length) bytes[at] = (bytes[at] as number) ^ (1 << this.below(8));
        return bytes;
      default:
        if (at < bytes.length) bytes[at] = this.#interesting();
        return bytes;
    }
  }

  #noise(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => (this.below(2) === 0 ? this.below(256) : this.#interesting()));
  }

  #interesting(): number {
    return INTERESTING[this.below(INTERESTING.length)] as number; // below its length
  }
}
