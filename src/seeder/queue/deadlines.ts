interface Entry<Item> {
  readonly atMs: number;
  readonly item: Item;
}

/** A moment for each of many items, the earliest at hand: a binary heap, in which entries that were overtaken wait to be passed over. */
export class Deadlines<Item> {
  readonly #times = new Map<Item, number>();
  #heap: Entry<Item>[] = [];

  get size(): number {
    return this.#times.size;
  }

  /** Sets the moment of an item, in place of the one before. */
  set(item: Item, atMs: number): void {
    if (this.#times.get(item) === atMs) return;
    this.#times.set(item, atMs);
    this.#push({ atMs, item });
    if (this.#heap.length > 2 * this.#times.size + 64) this.#rebuild();
  }

  delete(item: Item): void {
    this.#times.delete(item);
  }

  /** Takes out an item whose moment has come, the earliest first; undefined when there is none. */
  takeDue(nowMs: number): Item | undefined {
    for (let top = this.#heap[0]; top !== undefined && top.atMs <= nowMs; top = this.#heap[0]) {
      this.#pop();
      if (this.#times.get(top.item) !== top.atMs) continue; // overtaken
      this.#times.delete(top.item);
      return top.item;
    }
    return undefined;
  }

  #push(entry: Entry<Item>): void {
    let at = this.#heap.length;
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      const above = this.#heap[parent] as Entry<Item>; // parents lie within the heap
      if (above.atMs <= entry.atMs) break;
      this.#heap[at] = above;
      at = parent;
    }
    this.#heap[at] = entry;
  }

  #pop(): void {
    const entry = this.#heap.pop();
    if (entry === undefined || this.#heap.length === 0) return;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const right = left + 1;
      const smaller = this.#time(right) < this.#time(left) ? right : left;
      if (this.#time(smaller) >= entry.atMs) break;
      this.#heap[at] = this.#heap[smaller] as Entry<Item>; // its time is finite: it lies within the heap
      at = smaller;
    }
    this.#heap[at] = entry;
  }

  #time(at: number): number {
    return this.#heap[at]?.atMs ?? Number.POSITIVE_INFINITY;
  }

  /** Without the overtaken entries; a sorted array is a heap. */
  #rebuild(): void {
    this.#heap = [...this.#times].map(([item, atMs]) => ({ item, atMs })).sort((a, b) => a.atMs - b.atMs);
  }
}
