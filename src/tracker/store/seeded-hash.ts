import { randomFillSync } from 'node:crypto';

/** Words of 16 bits that one hash takes at most; two more are the salt. */
const MAX_WORDS = 10;

/**
 * Hashes short byte strings as a sum of their 16-bit words by secret random numbers, so that nobody outside can choose
 * info-hashes, addresses or peer ids that fall together in our tables. (Multiplying a running hash instead does not do: flips of
 * its top bits come out the same whatever the secret, so the next words can undo them.)
 */
export class SeededHash {
  readonly #seeds: Int32Array;

  /** `seeds`: twelve random numbers; drawn afresh when they are left out. */
  constructor(seeds: Int32Array = randomFillSync(new Int32Array(MAX_WORDS + 2))) {
    this.#seeds = seeds;
  }

  /** The hash (unsigned 32 bits) of `length` bytes (even, at most 20) from `offset`, and of the number `salt`. */
  bytes(bytes: Uint8Array, offset: number, length: number, salt: number): number {
    const seeds = this.#seeds;
    let sum =
      Math.imul(salt & 0xffff, seeds[MAX_WORDS] as number) +
      Math.imul(salt >>> 16, seeds[MAX_WORDS + 1] as number);
    for (let i = 0; i < length; i += 2) {
      const word = ((bytes[offset + i] as number) << 8) | (bytes[offset + i + 1] as number); // the caller gives the length
      sum = (sum + Math.imul(word, seeds[i >> 1] as number)) | 0;
    }
    return mixBits(sum | 0);
  }
}

/** Spreads the bits of a 32-bit number over all places (the finaliser of MurmurHash3). Unsigned. */
export function mixBits(value: number): number {
  let bits = value ^ (value >>> 16);
  bits = Math.imul(bits, 0x85ebca6b);
  bits ^= bits >>> 13;
  bits = Math.imul(bits, 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
