/** What an announce queue works with. */
export interface AnnounceQueueOptions<Item> {
  /** Announces it; resolves whatever comes of it, with the milliseconds until the next time. */
  readonly announce: (item: Item) => Promise<number>;
  /** Announces under way. */
  readonly maxRunning: number;
  /** Announces that are begun in a second. */
  readonly perSecond: number;
}

/**
 * Announces many things again and again, so many at a time: who is new comes first, then who has been due for the longest. Those that wait
 * equally long stand in the order in which they fall due, so no look at the clock goes through all of them.
 */
export class AnnounceQueue<Item> {
  readonly #options: AnnounceQueueOptions<Item>;
  readonly #known = new Set<Item>();
  readonly #fresh = new Set<Item>();
  /** By the milliseconds that they wait: the moments at which they are due, ascending. */
  readonly #waiting = new Map<number, Map<Item, number>>();
  readonly #running = new Set<Item>();
  #credit = 1;
  #lastMs: number | undefined;

  constructor(options: AnnounceQueueOptions<Item>) {
    this.#options = options;
  }

  /** Things that are announced. */
  get size(): number {
    return this.#known.size;
  }

  /** Announces it soon, and from then on; nothing when it is known. */
  add(item: Item): void {
    if (this.#known.has(item)) return;
    this.#known.add(item);
    this.#fresh.add(item);
  }

  /** Announces it no more. */
  remove(item: Item): void {
    this.#known.delete(item);
    this.#fresh.delete(item);
    for (const lane of this.#waiting.values()) lane.delete(item);
  }

  /** Once a second or so. */
  tick(nowMs: number): void {
    const { perSecond, maxRunning } = this.#options;
    const seconds = this.#lastMs === undefined ? 0 : (nowMs - this.#lastMs) / 1000;
    this.#credit = Math.min(perSecond, this.#credit + seconds * perSecond);
    this.#lastMs = nowMs;
    while (this.#credit >= 1 && this.#running.size < maxRunning) {
      const item = this.#next(nowMs);
      if (item === undefined) return;
      this.#credit--;
      void this.#run(item);
    }
  }

  #next(nowMs: number): Item | undefined {
    for (const item of this.#fresh) {
      if (this.#running.has(item)) continue; // it was removed and added while it was announced
      this.#fresh.delete(item);
      return item;
    }
    let first:
      | { readonly lane: Map<Item, number>; readonly item: Item; readonly dueAtMs: number }
      | undefined;
    for (const lane of this.#waiting.values()) {
      const [[item, dueAtMs] = []] = lane;
      if (item === undefined || dueAtMs === undefined || dueAtMs > nowMs) continue;
      if (first === undefined || dueAtMs < first.dueAtMs) first = { lane, item, dueAtMs };
    }
    first?.lane.delete(first.item);
    return first?.item;
  }

  async #run(item: Item): Promise<void> {
    this.#running.add(item);
    const waitMs = await this.#options.announce(item);
    this.#running.delete(item);
    if (!this.#known.has(item) || this.#fresh.has(item)) return;
    let lane = this.#waiting.get(waitMs);
    if (lane === undefined) {
      lane = new Map();
      this.#waiting.set(waitMs, lane);
    }
    lane.set(item, (this.#lastMs ?? 0) + waitMs);
  }
}
