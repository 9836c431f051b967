import { infoHashFromBytes } from '../bittorrent/info-hash.ts';
import type { SwarmCounts } from '../bittorrent/scrape.ts';
import type { SwarmState } from './announce/reply-builder.ts';
import type { SwarmStore } from './store/swarm-store.ts';

/** How long an answer to a scrape of everything holds: making one takes as long as some ten thousand announces. */
export const FULL_SCRAPE_SECONDS = 30;
/** Swarms in it. */
const MAX_SWARMS = 50_000;

/**
 * The answer to a scrape of everything, made once and given to all who ask within {@link FULL_SCRAPE_SECONDS}. They get the same object,
 * so a front end encodes it once.
 */
export class FullScrape {
  readonly #store: SwarmStore;
  readonly #stateOf: (row: number) => SwarmState;
  #counts: readonly SwarmCounts[] = [];
  #freshUntil = Number.NEGATIVE_INFINITY;

  /** `stateOf` counts the swarm of a row. */
  constructor(store: SwarmStore, stateOf: (row: number) => SwarmState) {
    this.#store = store;
    this.#stateOf = stateOf;
  }

  /** The counts, up to {@link FULL_SCRAPE_SECONDS} old. */
  countsAt(nowSeconds: number): readonly SwarmCounts[] {
    if (nowSeconds >= this.#freshUntil) {
      this.#counts = Object.freeze(this.#countAll());
      this.#freshUntil = nowSeconds + FULL_SCRAPE_SECONDS;
    }
    return this.#counts;
  }

  #countAll(): SwarmCounts[] {
    const { swarms } = this.#store;
    const counts: SwarmCounts[] = [];
    for (let row = 0; row < swarms.rows && counts.length < MAX_SWARMS; row++)
      if (this.#store.isInUse(row))
        counts.push({ infoHash: infoHashFromBytes(swarms.infoHashAt(row)), ...this.#stateOf(row) });
    return counts;
  }
}
