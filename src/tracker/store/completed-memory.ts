import { infoHashToHex } from '../../bittorrent/info-hash.ts';

/** How often a swarm was completed. */
export interface CompletedParts {
  /** As this node counted. */
  readonly here: number;
  /** As all others did. */
  readonly elsewhere: number;
}

/**
 * The counts of swarms that have emptied, until they come back: each node tells its journal absolute numbers, so a count that
 * began again at 0 would be lost. Bounded: what was put in longest ago is forgotten, and only the database has it then. Two maps
 * that take turns do that in constant time; looking for the oldest entry of one map takes longer the more were deleted before it.
 */
export class CompletedMemory {
  readonly #mapSize: number;
  #newer = new Map<string, CompletedParts>();
  #older = new Map<string, CompletedParts>();

  /** `maxSwarms`: the last half as many are remembered for sure; none when it is below 2. */
  constructor(maxSwarms: number) {
    this.#mapSize = Math.floor(maxSwarms / 2);
  }

  /** Remembers the counts of a swarm, unless they are zero. Counts that it has already are only raised. */
  keep(infoHash: Uint8Array, here: number, elsewhere: number): void {
    if ((here === 0 && elsewhere === 0) || this.#mapSize < 1) return;
    const known = this.take(infoHash);
    if (this.#newer.size >= this.#mapSize) {
      this.#older = this.#newer;
      this.#newer = new Map();
    }
    this.#newer.set(infoHashToHex(infoHash), {
      here: Math.max(here, known?.here ?? 0),
      elsewhere: Math.max(elsewhere, known?.elsewhere ?? 0),
    });
  }

  /** The counts of a swarm, which are forgotten here; undefined when there are none. */
  take(infoHash: Uint8Array): CompletedParts | undefined {
    const key = this.#keyOf(infoHash);
    const counts = this.#find(key);
    if (!this.#newer.delete(key)) this.#older.delete(key);
    return counts;
  }

  /** Times a swarm was completed, over all nodes; 0 when it is not remembered. */
  completedOf(infoHash: Uint8Array): number {
    const counts = this.#find(this.#keyOf(infoHash));
    return counts === undefined ? 0 : counts.here + counts.elsewhere;
  }

  #find(key: string): CompletedParts | undefined {
    return this.#newer.get(key) ?? this.#older.get(key);
  }

  /** No key where there is nothing to be found, as in most trackers that are not open. */
  #keyOf(infoHash: Uint8Array): string {
    return this.#newer.size + this.#older.size === 0 ? '' : infoHashToHex(infoHash);
  }
}
