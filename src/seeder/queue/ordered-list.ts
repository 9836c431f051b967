/** Items in an order of their own, found by binary search. No two of them may be equal in that order, and it may not change while they are in. */
export class OrderedList<Item> {
  readonly #items: Item[] = [];
  readonly #compare: (a: Item, b: Item) => number;

  /** @param compare negative when `a` comes before `b`; 0 only for one and the same item. */
  constructor(compare: (a: Item, b: Item) => number) {
    this.#compare = compare;
  }

  get size(): number {
    return this.#items.length;
  }

  get first(): Item | undefined {
    return this.#items[0];
  }

  get last(): Item | undefined {
    return this.#items.at(-1);
  }

  has(item: Item): boolean {
    return this.#items[this.#placeOf(item)] === item;
  }

  /** How many come before it; undefined when it is not in. */
  indexOf(item: Item): number | undefined {
    const at = this.#placeOf(item);
    return this.#items[at] === item ? at : undefined;
  }

  /** Puts an item in its place; nothing happens when it is in. */
  add(item: Item): void {
    const at = this.#placeOf(item);
    if (this.#items[at] !== item) this.#items.splice(at, 0, item);
  }

  /** Takes an item out; false when it is not in. */
  delete(item: Item): boolean {
    const at = this.#placeOf(item);
    if (this.#items[at] !== item) return false;
    this.#items.splice(at, 1);
    return true;
  }

  /** The first item that does not come before this one. */
  #placeOf(item: Item): number {
    let low = 0;
    let high = this.#items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#compare(this.#items[middle] as Item, item) < 0)
        low = middle + 1; // middle lies within the list
      else high = middle;
    }
    return low;
  }
}
