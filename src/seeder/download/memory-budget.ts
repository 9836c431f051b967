/** Bytes that all downloads of a node may hold: pieces that are being fetched, hashed or written. */
export class MemoryBudget {
  readonly #bound: number;
  #used = 0;

  constructor(bound: number) {
    this.#bound = bound;
  }

  get usedBytes(): number {
    return this.#used;
  }

  /** Takes bytes; false when there are not so many left. `isForced`: whoever has nothing yet gets them all the same. */
  take(bytes: number, isForced: boolean): boolean {
    if (!isForced && this.#used + bytes > this.#bound) return false;
    this.#used += bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.#used -= bytes;
  }
}
