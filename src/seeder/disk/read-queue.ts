import type { Extent, ExtentSource } from './extent.ts';

/**
 * Reads of one torrent under way. Fewer than the four threads of Node's pool: on a disk that hangs they hold their threads, and the
 * others have to be read meanwhile. More would gain nothing, since an extent is large.
 */
const MAX_OF_SOURCE = 3;
/** The same while others wait for their reads or have some under way. */
const MAX_BESIDE_OTHERS = 2;

/** The extents that wait to be read: the torrents by turns, each in its own order, and no more under way than are its share. */
export class ReadQueue {
  readonly #maxReads: number;
  readonly #waiting = new Map<ExtentSource, Extent[]>();
  readonly #reading = new Map<ExtentSource, number>();
  #reads = 0;
  #size = 0;

  /** @param maxReads under way for all together. */
  constructor(maxReads: number) {
    this.#maxReads = maxReads;
  }

  /** Extents that wait. */
  get size(): number {
    return this.#size;
  }

  add(extent: Extent): void {
    const extents = this.#waiting.get(extent.source);
    if (extents === undefined) this.#waiting.set(extent.source, [extent]);
    else extents.push(extent);
    this.#size++;
  }

  /** The extent whose turn it is; undefined while there is none that may be read now. It waits until `take`. */
  next(): Extent | undefined {
    if (this.#reads >= this.#maxReads) return undefined;
    for (const [source, [first]] of this.#waiting) if (this.#mayRead(source)) return first;
    return undefined;
  }

  /** The extent that `next` gave waits no more; its torrent stands behind the others now. */
  take({ source }: Extent): void {
    const extents = this.#waiting.get(source) as Extent[]; // `next` found it
    extents.shift();
    this.#size--;
    this.#waiting.delete(source);
    if (extents.length > 0) this.#waiting.set(source, extents);
  }

  /** Its read begins. */
  started({ source }: Extent): void {
    this.#reads++;
    this.#reading.set(source, (this.#reading.get(source) ?? 0) + 1);
  }

  /** Its read is over. */
  finished({ source }: Extent): void {
    this.#reads--;
    const left = (this.#reading.get(source) ?? 1) - 1;
    if (left === 0) this.#reading.delete(source);
    else this.#reading.set(source, left);
  }

  #mayRead(source: ExtentSource): boolean {
    const own = this.#reading.get(source) ?? 0;
    const isAlone = this.#waiting.size === 1 && this.#reads === own;
    // Where few are read at a time for want of memory, nobody has all of that.
    return own < Math.min(isAlone ? MAX_OF_SOURCE : MAX_BESIDE_OTHERS, Math.max(1, this.#maxReads - 1));
  }
}
