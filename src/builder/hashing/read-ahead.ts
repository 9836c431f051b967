import type { DataReader, Gap } from './data-reader.ts';
import type { Extent } from './extent-hasher.ts';
import { READ_BYTES } from './job.ts';
import type { PacedReader } from './paced-reader.ts';

/** The most reads under way while one extent is hashed: a disk needs several to be at its best, and does not answer evenly. */
export const MAX_READS_AHEAD = 3;

/** An extent that was read. */
export interface ReadExtent {
  readonly extent: Extent;
  /** Valid until the next extent is asked for. */
  readonly bytes: Uint8Array;
  readonly gaps: readonly Gap[];
}

interface Reading {
  readonly extent: Extent;
  readonly buffer: Buffer;
  readonly gaps: Promise<Gap[]>;
}

/**
 * Reads extents in their order, some of them ahead while the caller hashes; but where reads need no waiting, each just before
 * it is hashed. Memory: a buffer of {@link READ_BYTES}, and {@link MAX_READS_AHEAD} more from the first wait on.
 */
export class ReadAhead {
  readonly #reader: DataReader;
  readonly #pace: PacedReader;
  readonly #extents: Iterator<Extent, undefined>;
  readonly #readsAhead: number;
  readonly #free: Buffer[] = [];
  readonly #queue: Reading[] = [];
  #lent: Buffer | undefined;

  constructor(
    reader: DataReader,
    pace: PacedReader,
    extents: Iterator<Extent, undefined>,
    readsAhead = MAX_READS_AHEAD,
  ) {
    this.#reader = reader;
    this.#pace = pace;
    this.#extents = extents;
    this.#readsAhead = readsAhead;
  }

  /**
   * The next extent; undefined after the last. No read is under way any more when it throws.
   * @throws {BuilderError} what the reader throws.
   */
  async next(): Promise<ReadExtent | undefined> {
    if (this.#lent !== undefined) this.#free.push(this.#lent);
    this.#lent = undefined;
    this.#fill();
    const reading = this.#queue.shift();
    if (reading === undefined) return undefined;
    this.#lent = reading.buffer;
    try {
      const gaps = await reading.gaps;
      this.#fill();
      return { extent: reading.extent, bytes: reading.buffer.subarray(0, reading.extent.length), gaps };
    } catch (error) {
      await this.end();
      throw error;
    }
  }

  /** Waits for the reads under way; for use after a failure, before the files are closed. */
  async end(): Promise<void> {
    await Promise.allSettled(this.#queue.splice(0).map(({ gaps }) => gaps));
  }

  /** Begins as many reads as there should be under way. */
  #fill(): void {
    const wanted = this.#pace.usesPool ? this.#readsAhead : this.#lent === undefined ? 1 : 0;
    while (this.#queue.length < wanted) {
      const extent = this.#extents.next().value;
      if (extent === undefined) return;
      const buffer = this.#free.pop() ?? Buffer.allocUnsafeSlow(READ_BYTES);
      const gaps = this.#reader.read(buffer.subarray(0, extent.length), extent.offset);
      gaps.catch(() => {}); // it is looked at when its turn comes
      this.#queue.push({ extent, buffer, gaps });
    }
  }
}
