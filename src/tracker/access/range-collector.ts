import type { AddressRange } from './address-range.ts';
import { type RangeColumns, wordAt } from './address-ranges.ts';

/** Ranges of each family. With their numbers the sort keys of IPv4 still fit a double: 32 bits and 21. */
export const MAX_RANGES = 2_000_000;
const NUMBERS = 2 ** 21;
const MIN_WORDS = 64;
const LAST_WORD = 0xffff_ffff;

/** A list of numbers that grows. */
class Words {
  #words = new Uint32Array(MIN_WORDS);
  length = 0;

  push(word: number): void {
    if (this.length === this.#words.length) {
      const grown = new Uint32Array(this.#words.length * 2);
      grown.set(this.#words);
      this.#words = grown;
    }
    this.#words[this.length++] = word;
  }

  at(index: number): number {
    return this.#words[index] as number; // below the length
  }

  toArray(): Uint32Array<ArrayBuffer> {
    return this.#words.slice(0, this.length);
  }
}

/** Collects ranges in any order, and sorts and joins them in the end. */
export class RangeCollector {
  readonly #first4 = new Words();
  readonly #last4 = new Words();
  readonly #first6 = new Words();
  readonly #last6 = new Words();

  /** Ranges so far. */
  get size(): number {
    return this.#first4.length + this.#first6.length / 4;
  }

  /** Adds a range; false when there is no room for it. */
  add({ first, last }: AddressRange): boolean {
    if (first.length === 4) {
      if (this.#first4.length >= MAX_RANGES) return false;
      this.#first4.push(wordAt(first, 0));
      this.#last4.push(wordAt(last, 0));
      return true;
    }
    if (this.#first6.length >= MAX_RANGES * 4) return false;
    for (let offset = 0; offset < 16; offset += 4) {
      this.#first6.push(wordAt(first, offset));
      this.#last6.push(wordAt(last, offset));
    }
    return true;
  }

  /** The ranges, sorted; those that overlap or touch are one. */
  toColumns(): RangeColumns {
    const [first4, last4] = this.#joined4();
    const [first6, last6] = this.#joined6();
    return { first4, last4, first6, last6 };
  }

  #joined4(): [Uint32Array<ArrayBuffer>, Uint32Array<ArrayBuffer>] {
    const [first, last] = [new Words(), new Words()];
    let end = -2;
    const close = (): void => {
      if (end >= 0) last.push(end);
    };
    // One number says where a range begins and which it is: sorting numbers is ten times faster than with a function.
    const keys = new Float64Array(this.#first4.length);
    for (let i = 0; i < keys.length; i++) keys[i] = this.#first4.at(i) * NUMBERS + i;
    for (const key of keys.sort()) {
      const i = key % NUMBERS;
      if (this.#first4.at(i) > end + 1) {
        close();
        first.push(this.#first4.at(i));
        end = this.#last4.at(i);
      } else end = Math.max(end, this.#last4.at(i));
    }
    close();
    return [first.toArray(), last.toArray()];
  }

  #joined6(): [Uint32Array<ArrayBuffer>, Uint32Array<ArrayBuffer>] {
    const [first, last] = [new Words(), new Words()];
    const order = Uint32Array.from({ length: this.#first6.length / 4 }, (_, i) => i);
    order.sort((a, b) => compare(this.#first6, a, this.#first6, b));
    let end = -1;
    const close = (): void => {
      for (let word = 0; end >= 0 && word < 4; word++) last.push(this.#last6.at(end * 4 + word));
    };
    for (const i of order) {
      if (end < 0 || !this.#touches(end, i)) {
        close();
        for (let word = 0; word < 4; word++) first.push(this.#first6.at(i * 4 + word));
        end = i;
      } else if (compare(this.#last6, i, this.#last6, end) > 0) end = i;
    }
    close();
    return [first.toArray(), last.toArray()];
  }

  /** Whether range `next` begins within range `end`, or right behind it. */
  #touches(end: number, next: number): boolean {
    if (compare(this.#first6, next, this.#last6, end) <= 0) return true;
    // Right behind: the last address plus one, where the lower words that are full become 0.
    let carry = 1;
    for (let word = 3; word >= 0; word--) {
      const value = this.#last6.at(end * 4 + word);
      const expected = carry === 1 ? (value === LAST_WORD ? 0 : value + 1) : value;
      if (this.#first6.at(next * 4 + word) !== expected) return false;
      carry = carry === 1 && value === LAST_WORD ? 1 : 0;
    }
    return carry === 0;
  }
}

function compare(a: Words, i: number, b: Words, j: number): number {
  for (let word = 0; word < 4; word++) {
    const difference = a.at(i * 4 + word) - b.at(j * 4 + word);
    if (difference !== 0) return difference;
  }
  return 0;
}
