import { randomFillSync } from 'node:crypto';

/** 32-bit words that one hash takes at most, and one for the salt. */
const MAX_WORDS = 6;

/**
 * Hashes short byte strings with secret multipliers, so that nobody outside can choose info-hashes, addresses or peer
 * ids that fall together in our tables.
 */
export class SeededHash {
  readonly #seeds: Int32Array;

  /** `seeds`: six random numbers; drawn afresh when they are left out. */
  constructor(seeds: Int32Array = randomFillSync(new Int32Array(MAX_WORDS))) {
    this.#seeds = seeds.map((seed) => seed | 1); // an odd factor loses nothing
  }

  /** The hash (unsigned 32 bits) of `length` bytes (a multiple of 4, at most 20) from `offset`, and of the number `salt`. */
  bytes(bytes: Uint8Array, offset: number, length: number, salt: number): number {
    const seeds = this.#seeds;
    let hash = Math.imul(salt, seeds[MAX_WORDS - 1] as number); // as many as MAX_WORDS
    for (let i = 0, word = 0; i < length; i += 4, word++) {
      const at = offset + i;
      const value = // in range: the caller gives the length
        ((bytes[at] as number) << 24) |
        ((bytes[at + 1] as number) << 16) |
        ((bytes[at + 2] as number) << 8) |
        (bytes[at + 3] as number);
      hash = Math.imul(hash ^ value, seeds[word] as number);
      hash ^= hash >>> 15;
    }
    return mixBits(hash);
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
