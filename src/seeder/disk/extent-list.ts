import type { Extent } from './extent.ts';

/** Extents in the order of their use: a doubly linked list through the extents themselves, each in one list at a time. */
export class ExtentList {
  #oldest: Extent | undefined;
  #newest: Extent | undefined;
  #bytes = 0;

  /** Bytes of all members. */
  get bytes(): number {
    return this.#bytes;
  }

  get newest(): Extent | undefined {
    return this.#newest;
  }

  /** Puts an extent that is in no list at the new end. */
  add(extent: Extent): void {
    extent.list = this;
    extent.older = this.#newest;
    extent.newer = undefined;
    if (this.#newest === undefined) this.#oldest = extent;
    else this.#newest.newer = extent;
    this.#newest = extent;
    this.#bytes += extent.length;
  }

  /** Takes a member out. */
  remove(extent: Extent): void {
    if (extent.older === undefined) this.#oldest = extent.newer;
    else extent.older.newer = extent.newer;
    if (extent.newer === undefined) this.#newest = extent.older;
    else extent.newer.older = extent.older;
    extent.list = extent.older = extent.newer = undefined;
    this.#bytes -= extent.length;
  }

  /** The member that was not used for longest among those that no socket holds. */
  oldestUnpinned(): Extent | undefined {
    let extent = this.#oldest;
    while (extent !== undefined && extent.pins > 0) extent = extent.newer;
    return extent;
  }
}
