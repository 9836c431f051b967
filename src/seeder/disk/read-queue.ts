import type { Extent, ExtentSource } from './extent.ts';

/**
 * Reads of one torrent under way. Fewer than the four threads of Node's pool: on a disk that hangs they hold their threads, and the
 * others have to be read meanwhile. More would gain nothing, since an extent is large.
 */
const MAX_OF_SOURCE = 3;
/** The same while others wait for their reads or have some under way. */
const MAX_BESIDE_OTHERS = 2;

/** The bounds of a queue. */
export interface ReadBounds {
  /** Reads under way for all torrents together. */
  readonly maxReads: number;
  /** Of those on one disk, as far as that is known: it is from the first read of a torrent on. */
  readonly maxOfDevice: number;
}

/**
 * The extents that wait to be read: the torrents by turns, each in its own order, and no more under way of a torrent and of a disk than
 * is their share.
 */
export class ReadQueue {
  readonly #bounds: ReadBounds;
  readonly #waiting = new Map<ExtentSource, Extent[]>();
  /** What is being read, and from which disk. */
  readonly #reading = new Map<Extent, bigint | undefined>();
  #size = 0;

  constructor(bounds: ReadBounds) {
    this.#bounds = bounds;
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
    if (this.#reading.size >= this.#bounds.maxReads) return undefined;
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
  started(extent: Extent): void {
    this.#reading.set(extent, extent.source.device);
  }

  /** Its read is over. */
  finished(extent: Extent): void {
    this.#reading.delete(extent);
  }

  #mayRead(source: ExtentSource): boolean {
    let [own, ofDevice] = [0, 0];
    for (const [extent, device] of this.#reading) {
      if (extent.source === source) own++;
      if (device !== undefined && device === source.device) ofDevice++;
    }
    const { maxReads, maxOfDevice } = this.#bounds;
    if (ofDevice >= maxOfDevice) return false;
    const isAlone = this.#waiting.size === 1 && this.#reading.size === own;
    // Where few are read at a time for want of memory, nobody has all of that.
    return own < Math.min(isAlone ? MAX_OF_SOURCE : MAX_BESIDE_OTHERS, Math.max(1, maxReads - 1));
  }
}
