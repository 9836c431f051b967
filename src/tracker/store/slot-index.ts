/** Part of the table that may be full. */
const MAX_LOAD = 0.75;
const MIN_SLOTS = 16;

/**
 * An open-addressed hash table from hashes to slots (row numbers of other arrays), with linear probing. Keys lie in
 * those arrays, so the table costs 4 bytes a place. Removal shifts entries back: there are no tombstones, and a table
 * that lives for months stays as fast as on its first day.
 *
 * To look up: `for (let p = index.home(hash); (slot = index.at(p)) >= 0; p = index.next(p)) if (slot is it) ...`.
 */
export class SlotIndex {
  readonly #hashOf: (slot: number) => number;
  /** Slot + 1; 0 is empty. A power of two. */
  #places: Int32Array;
  #mask: number;
  #size = 0;

  /**
   * `hashOf` computes the hash of a slot that is in the table, from the arrays that hold its key. For `expected` slots there is
   * room from the beginning.
   */
  constructor(hashOf: (slot: number) => number, expected = 0) {
    this.#hashOf = hashOf;
    let places = MIN_SLOTS;
    while (places * MAX_LOAD < expected) places *= 2;
    this.#places = new Int32Array(places);
    this.#mask = places - 1;
  }

  /** Slots in the table. */
  get size(): number {
    return this.#size;
  }

  /** Memory of the table. */
  get bytesUsed(): number {
    return this.#places.byteLength;
  }

  /** The place where the search for a hash begins. */
  home(hash: number): number {
    return hash & this.#mask;
  }

  /** The place behind `place`. */
  next(place: number): number {
    return (place + 1) & this.#mask;
  }

  /** The slot at a place, or -1: the search ends. */
  at(place: number): number {
    return (this.#places[place] as number) - 1; // masked
  }

  /** Adds a slot that is not in the table. Its key must lie in its arrays already. */
  insert(hash: number, slot: number): void {
    if (this.#size + 1 > this.#places.length * MAX_LOAD) this.#grow();
    this.#place(hash, slot);
    this.#size++;
  }

  /** Removes a slot that is in the table. Its key must still lie in its arrays. */
  remove(hash: number, slot: number): void {
    let hole = this.#find(hash, slot);
    this.#size--;
    for (let place = this.next(hole); ; place = this.next(place)) {
      const other = this.at(place);
      if (other < 0) break;
      // An entry may fill the hole unless its home lies behind it.
      const fromHome = (place - (this.#hashOf(other) & this.#mask)) & this.#mask;
      if (fromHome < ((place - hole) & this.#mask)) continue;
      this.#places[hole] = other + 1;
      hole = place;
    }
    this.#places[hole] = 0;
  }

  /** The key of slot `from` now lies in slot `to`. */
  replace(hash: number, from: number, to: number): void {
    this.#places[this.#find(hash, from)] = to + 1;
  }

  #find(hash: number, slot: number): number {
    let place = hash & this.#mask;
    while (this.#places[place] !== slot + 1) {
      if (this.#places[place] === 0) throw new Error(`slot ${slot} is not in the index`);
      place = (place + 1) & this.#mask;
    }
    return place;
  }

  #place(hash: number, slot: number): void {
    let place = hash & this.#mask;
    while (this.#places[place] !== 0) place = (place + 1) & this.#mask;
    this.#places[place] = slot + 1;
  }

  #grow(): void {
    const before = this.#places;
    this.#places = new Int32Array(before.length * 2);
    this.#mask = this.#places.length - 1;
    for (const entry of before) if (entry !== 0) this.#place(this.#hashOf(entry - 1), entry - 1);
  }
}
