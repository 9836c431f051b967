import { infoHashToHex } from '../bittorrent/info-hash.ts';

/** How often a swarm was completed. */
export interface CompletedParts {
  /** As this node counted. */
  readonly here: number;
  /** As all others did. */
  readonly elsewhere: number;
}

/**
 * The counts of swarms that have emptied, until they come back: each node tells its journal absolute numbers, so a count that
 * began again at 0 would be lost. Bounded: what was put in longest ago is forgotten first, and only the database has it then.
 */
export class CompletedMemory {
  readonly #maxSwarms: number;
  readonly #counts = new Map<string, CompletedParts>();

  constructor(maxSwarms: number) {
    this.#maxSwarms = maxSwarms;
  }

  /** Remembers the counts of a swarm, unless they are zero. Counts that it has already are only raised. */
  keep(infoHash: Uint8Array, here: number, elsewhere: number): void {
    if ((here === 0 && elsewhere === 0) || this.#maxSwarms < 1) return;
    const known = this.take(infoHash);
    for (const oldest of this.#counts.keys()) {
      if (this.#counts.size < this.#maxSwarms) break;
      this.#counts.delete(oldest);
    }
    this.#counts.set(infoHashToHex(infoHash), {
      here: Math.max(here, known?.here ?? 0),
      elsewhere: Math.max(elsewhere, known?.elsewhere ?? 0),
    });
  }

  /** The counts of a swarm, which are forgotten here; undefined when there are none. */
  take(infoHash: Uint8Array): CompletedParts | undefined {
    if (this.#counts.size === 0) return undefined; // the usual case of a tracker that is not open
    const key = infoHashToHex(infoHash);
    const counts = this.#counts.get(key);
    this.#counts.delete(key);
    return counts;
  }

  /** Times a swarm was completed, over all nodes; 0 when it is not remembered. */
  completedOf(infoHash: Uint8Array): number {
    const counts = this.#counts.size === 0 ? undefined : this.#counts.get(infoHashToHex(infoHash));
    return counts === undefined ? 0 : counts.here + counts.elsewhere;
  }
}
