import { INFO_HASH_LENGTH } from '../../bittorrent/info-hash.ts';
import { SeededHash } from './seeded-hash.ts';
import { SlotIndex } from './slot-index.ts';

const MIN_HASHES = 16;
const GROWTH = 1.5;

/**
 * A set of info-hashes in typed arrays: 20 bytes each, side by side, and a table of their places. A million take 28 to 48 MB, and
 * a look-up touches two places of memory.
 */
export class InfoHashSet {
  readonly #hash = new SeededHash();
  readonly #index: SlotIndex;
  #hashes: Uint8Array;

  /** `expected`: room for so many is taken at once, so that filling it makes no long pause. */
  constructor(expected = 0) {
    this.#hashes = new Uint8Array(Math.max(MIN_HASHES, expected) * INFO_HASH_LENGTH);
    this.#index = new SlotIndex(
      (slot) => this.#hash.bytes(this.#hashes, slot * INFO_HASH_LENGTH, INFO_HASH_LENGTH, 0),
      expected,
    );
  }

  /** Info-hashes in the set. */
  get size(): number {
    return this.#index.size;
  }

  /** Memory of the set, spare room included. */
  get bytesUsed(): number {
    return this.#hashes.byteLength + this.#index.bytesUsed;
  }

  /** Whether an info-hash is in the set. */
  has(infoHash: Uint8Array): boolean {
    return this.size > 0 && this.#find(infoHash, 0) >= 0;
  }

  /** Adds the 20 bytes from `offset`; false when they were there. */
  add(bytes: Uint8Array, offset = 0): boolean {
    if (this.#find(bytes, offset) >= 0) return false;
    const slot = this.size;
    const at = slot * INFO_HASH_LENGTH;
    if (at === this.#hashes.length) this.#grow();
    for (let i = 0; i < INFO_HASH_LENGTH; i++) this.#hashes[at + i] = bytes[offset + i] as number; // the caller gives 20
    this.#index.insert(this.#hash.bytes(bytes, offset, INFO_HASH_LENGTH, 0), slot);
    return true;
  }

  /** Takes an info-hash out; false when it was not there. */
  delete(infoHash: Uint8Array): boolean {
    const slot = this.#find(infoHash, 0);
    if (slot < 0) return false;
    this.#index.remove(this.#hash.bytes(infoHash, 0, INFO_HASH_LENGTH, 0), slot);
    const last = this.size; // the size has just shrunk: this is the place of the last one
    if (slot !== last) this.#move(last, slot);
    return true;
  }

  /** A copy of each info-hash, in no order. */
  *[Symbol.iterator](): Generator<Uint8Array> {
    for (let slot = 0; slot < this.size; slot++)
      yield this.#hashes.slice(slot * INFO_HASH_LENGTH, (slot + 1) * INFO_HASH_LENGTH);
  }

  #find(bytes: Uint8Array, offset: number): number {
    const index = this.#index;
    const home = index.home(this.#hash.bytes(bytes, offset, INFO_HASH_LENGTH, 0));
    for (let place = home; ; place = index.next(place)) {
      const slot = index.at(place);
      if (slot < 0 || this.#isAt(slot, bytes, offset)) return slot;
    }
  }

  #isAt(slot: number, bytes: Uint8Array, offset: number): boolean {
    const at = slot * INFO_HASH_LENGTH;
    for (let i = 0; i < INFO_HASH_LENGTH; i++) if (this.#hashes[at + i] !== bytes[offset + i]) return false;
    return true;
  }

  #move(from: number, to: number): void {
    const at = from * INFO_HASH_LENGTH;
    this.#index.replace(this.#hash.bytes(this.#hashes, at, INFO_HASH_LENGTH, 0), from, to);
    this.#hashes.copyWithin(to * INFO_HASH_LENGTH, at, at + INFO_HASH_LENGTH);
  }

  #grow(): void {
    const grown = new Uint8Array(
      Math.ceil((this.#hashes.length / INFO_HASH_LENGTH) * GROWTH) * INFO_HASH_LENGTH,
    );
    grown.set(this.#hashes);
    this.#hashes = grown;
  }
}
