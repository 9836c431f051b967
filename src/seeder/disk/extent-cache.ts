import type { SeederCounters } from '../counters.ts';
import type { SeederError } from '../errors.ts';
import { BufferPool } from './buffer-pool.ts';
import { Extent, type ExtentCallback, type ExtentSource, MAX_EXTENT_BYTES } from './extent.ts';

/** The smallest budget that keeps several peers going. */
const MIN_BUDGET = 8 * MAX_EXTENT_BYTES;
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
  readonly #buffers: BufferPool;
  readonly #queue: Extent[] = [];
  #pinnedBytes = 0;
  #reads = 0;
  #oldest: Extent | undefined;
  #newest: Extent | undefined;

  constructor(budgetBytes: number, counters: SeederCounters) {
    this.#budget = Math.max(MIN_BUDGET, budgetBytes);
    this.#counters = counters;
    this.#buffers = new BufferPool(this.#budget);
  }

  /** Bytes of all buffers, at most the budget. */
  get bytes(): number {
    return this.#buffers.bytes;
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
    source.read(buffer, index * source.extentBytes, length, (error) => this.#finished(extent, error));
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

  /** A buffer within the budget, if need be that of the extent that was not used for longest. */
  #bufferFor(length: number): Buffer | undefined {
    for (;;) {
      const buffer = this.#buffers.take(length);
      const victim = buffer === undefined ? this.#oldestUnpinned() : undefined;
      if (victim === undefined) return buffer;
      this.#drop(victim);
      this.#recycle(victim);
    }
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
    if (extent.isTainted) this.#buffers.lose(extent.buffer);
    else this.#buffers.giveBack(extent.buffer);
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
