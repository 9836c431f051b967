import type { SeederCounters } from '../counters.ts';
import type { SeederError } from '../errors.ts';

/** Bytes that are read and kept together. Measured: 1 MiB costs 64 blocks one trip to the thread pool. */
export const EXTENT_BYTES = 1024 * 1024;

/** Where extents come from: a torrent's storage. */
export interface ExtentSource {
  /** Bytes in all. */
  readonly length: number;
  read(buffer: Buffer, offset: number, length: number, callback: (error: SeederError | null) => void): void;
}

/** An aligned part of a torrent's data in memory. */
export class Extent {
  readonly source: ExtentSource;
  readonly index: number;
  readonly length: number;
  /** Undefined until there is room for it. */
  buffer: Buffer | undefined;
  isReady = false;
  /** Whether a lookup finds it (or will, when it is read). */
  isCached = true;
  /** A socket died with slices of it: the buffer is left to the collector. */
  isTainted = false;
  /** Sockets that still hold slices of it. */
  pins = 0;
  waiting: ExtentCallback[] = [];
  older: Extent | undefined;
  newer: Extent | undefined;

  constructor(source: ExtentSource, index: number) {
    this.source = source;
    this.index = index;
    this.length = Math.min(EXTENT_BYTES, source.length - index * EXTENT_BYTES);
  }
}

/** Told once, when an extent is there or could not be read. */
export type ExtentCallback = (error: SeederError | null) => void;

/** The smallest budget that keeps several peers going. */
const MIN_BUDGET = 8 * EXTENT_BYTES;
/** Reads in flight; the thread pool has four threads unless the environment says otherwise. */
const MAX_READS = 16;

/**
 * Extents of all torrents, shared by all peers, within one budget of bytes that holds always: cached, being read and hanging
 * in sockets. Concurrent wishes for one extent become one read. Buffers are used again once nobody holds a slice of them
 * (counted: a pin is given back when the kernel has the bytes; a socket that dies takes its buffers along, see `abandon`).
 */
export class ExtentCache {
  readonly #budget: number;
  readonly #counters: SeederCounters;
  readonly #sources = new Map<ExtentSource, Map<number, Extent>>();
  /** Whole buffers that wait to be used again. */
  readonly #free: Buffer[] = [];
  readonly #queue: Extent[] = [];
  #bytes = 0;
  #pinnedBytes = 0;
  #reads = 0;
  #oldest: Extent | undefined;
  #newest: Extent | undefined;

  constructor(budgetBytes: number, counters: SeederCounters) {
    this.#budget = Math.max(MIN_BUDGET, budgetBytes);
    this.#counters = counters;
  }

  /** Bytes of all buffers, at most the budget. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Bytes of buffers that sockets hold slices of. */
  get pinnedBytes(): number {
    return this.#pinnedBytes;
  }

  /** Whether slices may be lent to sockets; if not, copy, so that slow sockets can never hold the whole cache. */
  get mayPin(): boolean {
    return this.#pinnedBytes < this.#budget / 2;
  }

  /** The extent when it is in memory; counts as a use. */
  get(source: ExtentSource, index: number): Extent | undefined {
    const extent = this.#sources.get(source)?.get(index);
    if (extent === undefined || !extent.isReady) return undefined;
    if (extent !== this.#newest) {
      this.#unlink(extent);
      this.#link(extent);
    }
    return extent;
  }

  /** Reads an extent into the cache, once however many ask. `callback` is never called before this returns. */
  load(source: ExtentSource, index: number, callback: ExtentCallback): void {
    const extents = this.#extentsOf(source);
    let extent = extents.get(index);
    if (extent?.isReady) return queueMicrotask(() => callback(null));
    if (extent === undefined) {
      extent = new Extent(source, index);
      extents.set(index, extent);
      this.#queue.push(extent);
      queueMicrotask(this.#startReads);
    }
    extent.waiting.push(callback);
  }

  /** A socket takes a slice. */
  pin(extent: Extent): void {
    if (extent.pins++ === 0) this.#pinnedBytes += extent.length;
  }

  /** The kernel has the slice. */
  unpin(extent: Extent): void {
    if (--extent.pins > 0) return;
    this.#pinnedBytes -= extent.length;
    if (!extent.isCached) this.#recycle(extent);
    if (this.#queue.length > 0) this.#startReads();
  }

  /** The socket died with the slice: nobody can say whether a write still reads it, so that the buffer must not be filled anew. */
  abandon(extent: Extent): void {
    extent.isTainted = true;
    this.unpin(extent);
  }

  /** Forgets all extents of a source. Slices that sockets hold stay good. */
  forget(source: ExtentSource): void {
    const extents = this.#sources.get(source);
    if (extents === undefined) return;
    this.#sources.delete(source);
    for (const extent of extents.values()) {
      extent.isCached = false;
      if (!extent.isReady) continue; // its read ends in #finished, which sees that the source is gone
      this.#unlink(extent);
      if (extent.pins === 0) this.#recycle(extent);
    }
  }

  #extentsOf(source: ExtentSource): Map<number, Extent> {
    let extents = this.#sources.get(source);
    if (extents === undefined) {
      extents = new Map();
      this.#sources.set(source, extents);
    }
    return extents;
  }

  readonly #startReads = (): void => {
    while (this.#queue.length > 0 && this.#reads < MAX_READS) {
      const extent = this.#queue[0] as Extent; // the queue is not empty
      const buffer = this.#bufferFor(extent.length);
      if (buffer === undefined) return; // the next buffer that comes free calls again
      this.#queue.shift();
      this.#read(extent, buffer);
    }
  };

  #read(extent: Extent, buffer: Buffer): void {
    extent.buffer = buffer;
    this.#reads++;
    this.#counters.extentReads++;
    this.#counters.extentReadBytes += extent.length;
    const { source, index, length } = extent;
    source.read(buffer, index * EXTENT_BYTES, length, (error) => this.#finished(extent, error));
  }

  #finished(extent: Extent, error: SeederError | null): void {
    this.#reads--;
    const { waiting } = extent;
    extent.waiting = [];
    if (error === null && extent.isCached) {
      extent.isReady = true;
      this.#link(extent);
    } else {
      if (extent.isCached) this.#sources.get(extent.source)?.delete(extent.index);
      extent.isCached = false;
      this.#recycle(extent);
    }
    for (const callback of waiting) callback(error);
    this.#startReads();
  }

  /** A buffer within the budget: a free one, a new one, or that of the extent that was not used for longest. */
  #bufferFor(length: number): Buffer | undefined {
    if (length === EXTENT_BYTES && this.#free.length > 0) return this.#free.pop();
    while (this.#bytes + length > this.#budget) {
      if (this.#free.pop() !== undefined) {
        this.#bytes -= EXTENT_BYTES;
        continue;
      }
      const victim = this.#oldestUnpinned();
      if (victim === undefined) return undefined;
      this.#drop(victim);
      this.#recycle(victim);
      if (length === EXTENT_BYTES && this.#free.length > 0) return this.#free.pop();
    }
    this.#bytes += length;
    // Not from Buffer's pool, and not filled: it is read into before anybody sees it.
    return Buffer.allocUnsafeSlow(length);
  }

  #oldestUnpinned(): Extent | undefined {
    let extent = this.#oldest;
    while (extent !== undefined && extent.pins > 0) extent = extent.newer;
    return extent;
  }

  #drop(extent: Extent): void {
    this.#sources.get(extent.source)?.delete(extent.index);
    extent.isCached = false;
    this.#unlink(extent);
  }

  #recycle(extent: Extent): void {
    if (extent.buffer === undefined) return;
    if (extent.length === EXTENT_BYTES && !extent.isTainted) this.#free.push(extent.buffer);
    else this.#bytes -= extent.length;
    extent.buffer = undefined;
  }

  #link(extent: Extent): void {
    extent.older = this.#newest;
    extent.newer = undefined;
    if (this.#newest === undefined) this.#oldest = extent;
    else this.#newest.newer = extent;
    this.#newest = extent;
  }

  #unlink(extent: Extent): void {
    if (extent.older === undefined) this.#oldest = extent.newer;
    else extent.older.newer = extent.newer;
    if (extent.newer === undefined) this.#newest = extent.older;
    else extent.newer.older = extent.older;
    extent.older = undefined;
    extent.newer = undefined;
  }
}
