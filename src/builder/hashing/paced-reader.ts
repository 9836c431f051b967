import fs from 'node:fs';

/** Shorter parts are read at once: a trip through the thread pool would cost more than the read. */
const DIRECT_READ_BYTES = 64 * 1024;
/** Slower than this a read waited for a disk; what lies in the page cache comes several times as fast. */
const CACHED_BYTES_PER_MS = 1_000_000;
/** Reads through the pool before another is tried at once. */
const POOL_READS = 32;

/** How a {@link PacedReader} works. */
export interface PacedReaderOptions {
  /** There are cores on which nobody hashes: they may always read. */
  readonly hasSpareCores: boolean;
  /** Whether reads may go through the thread pool at all; they may when it is left out. */
  readonly mayUsePool?: boolean;
  /** Milliseconds of any clock that only runs forward. */
  readonly nowMs?: () => number;
}

/**
 * Positioned reads that suit where the data lies. While every core hashes, what comes from the page cache is read at once, into the
 * cache of the core that will hash it (bench hashing, 2 threads on 2 cores: +3 %). What has to wait for a disk, or can be read on a
 * core that has nothing else to do, is read through the thread pool while the caller hashes.
 */
export class PacedReader {
  readonly #nowMs: () => number;
  readonly #hasSpareCores: boolean;
  readonly #mayUsePool: boolean;
  #poolReadsLeft = 0;

  constructor({ hasSpareCores, mayUsePool = true, nowMs = () => performance.now() }: PacedReaderOptions) {
    this.#mayUsePool = mayUsePool;
    this.#hasSpareCores = hasSpareCores;
    this.#nowMs = nowMs;
  }

  /** Whether the next large read goes through the pool. */
  get usesPool(): boolean {
    return this.#mayUsePool && (this.#hasSpareCores || this.#poolReadsLeft > 0);
  }

  /** Reads until `target` is full or the file ends; returns the bytes read. Rejects with the system's error. */
  async read(fd: number, target: Uint8Array, position: number): Promise<number> {
    let filled = 0;
    while (filled < target.length) {
      const rest = target.subarray(filled);
      const isDirect = rest.length < DIRECT_READ_BYTES || !this.usesPool;
      const read = isDirect
        ? this.#readAtOnce(fd, rest, position + filled)
        : await this.#readInPool(fd, rest, position + filled);
      if (read === 0) break;
      filled += read;
    }
    return filled;
  }

  #readAtOnce(fd: number, target: Uint8Array, position: number): number {
    const began = this.#nowMs();
    const read = fs.readSync(fd, target, 0, target.length, position);
    const isSlow = read >= DIRECT_READ_BYTES && read < (this.#nowMs() - began) * CACHED_BYTES_PER_MS;
    if (isSlow) this.#poolReadsLeft = POOL_READS;
    return read;
  }

  #readInPool(fd: number, target: Uint8Array, position: number): Promise<number> {
    if (this.#poolReadsLeft > 0) this.#poolReadsLeft--;
    return new Promise((resolve, reject) => {
      fs.read(fd, target, 0, target.length, position, (error, bytesRead) => {
        if (error === null) resolve(bytesRead);
        else reject(error);
      });
    });
  }
}
