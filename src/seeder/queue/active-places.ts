import { OrderedList } from './ordered-list.ts';

/** Whom the places tell, at once. */
export interface PlacesListener<Item> {
  /** It has a place: it may run. */
  onStart(item: Item): void;
  /** It has none, or has lost it: it is to wait. */
  onWait(item: Item): void;
}

/**
 * Places for those who may run at the same time: the first of an order have them. Who stands further back gives way to a newcomer
 * who stands before him. Who has stalled runs on without a place, and has one again when he moves, even when there is none free.
 */
export class ActivePlaces<Item> {
  readonly #compare: (a: Item, b: Item) => number;
  readonly #listener: PlacesListener<Item>;
  readonly #running: OrderedList<Item>;
  readonly #waiting: OrderedList<Item>;
  readonly #stalled = new Set<Item>();
  #maximum: number;

  constructor(maximum: number, compare: (a: Item, b: Item) => number, listener: PlacesListener<Item>) {
    this.#maximum = maximum;
    this.#compare = compare;
    this.#listener = listener;
    this.#running = new OrderedList(compare);
    this.#waiting = new OrderedList(compare);
  }

  /** Infinite: no limit. */
  get maximum(): number {
    return this.#maximum;
  }

  /** Those who have a place. */
  get running(): number {
    return this.#running.size;
  }

  /** Those who run without one. */
  get stalled(): number {
    return this.#stalled.size;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** 1 for who is next to have a place; undefined for who does not wait. */
  positionOf(item: Item): number | undefined {
    const before = this.#waiting.indexOf(item);
    return before === undefined ? undefined : before + 1;
  }

  /** Asks for a place: it starts or waits when this returns. Nothing happens for who is in. */
  enter(item: Item): void {
    if (this.#isIn(item)) return;
    this.#waiting.add(item);
    this.#settle();
    if (this.#waiting.has(item)) this.#listener.onWait(item);
  }

  /** Gives up its place, or its hope for one; the next starts. */
  leave(item: Item): void {
    if (this.#waiting.delete(item) || this.#stalled.delete(item)) return;
    if (this.#running.delete(item)) this.#settle();
  }

  /** Others start, or the last ones are to wait, until it fits. */
  setMaximum(maximum: number): void {
    this.#maximum = maximum;
    while (this.#running.size > maximum) {
      const last = this.#running.last as Item; // there is one, since there are too many
      this.#makeWait(last);
    }
    this.#settle();
  }

  /** It runs, but nothing comes of it: another may start. */
  stall(item: Item): void {
    if (!this.#running.delete(item)) return;
    this.#stalled.add(item);
    this.#settle();
  }

  /** Something came of it again. True when it had stalled. */
  unstall(item: Item): boolean {
    if (!this.#stalled.delete(item)) return false;
    this.#running.add(item);
    return true;
  }

  /** Changes what the order of an item hangs on; nothing happens when that throws. @param stays asked after that; else it leaves. */
  reorder(item: Item, change: () => void, stays: () => boolean = () => true): void {
    const list = [this.#running, this.#waiting].find((candidate) => candidate.delete(item));
    try {
      change();
    } finally {
      if (stays()) list?.add(item);
    }
    if (list !== undefined) this.#settle();
  }

  #isIn(item: Item): boolean {
    return this.#running.has(item) || this.#waiting.has(item) || this.#stalled.has(item);
  }

  #settle(): void {
    for (let next = this.#waiting.first; next !== undefined; next = this.#waiting.first) {
      if (this.#running.size >= this.#maximum) {
        const last = this.#running.last;
        if (last === undefined || this.#compare(last, next) < 0) return;
        this.#makeWait(last);
        continue;
      }
      this.#waiting.delete(next);
      this.#running.add(next);
      this.#listener.onStart(next);
    }
  }

  #makeWait(item: Item): void {
    this.#running.delete(item);
    this.#waiting.add(item);
    this.#listener.onWait(item);
  }
}
