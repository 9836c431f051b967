/** Sizes below this are not kept: the data of a small torrent, or the end of a larger one. */
const SMALLEST_KEPT = 256 * 1024;

/** Buffers within a budget of bytes; those of the usual sizes are kept and used again. */
export class BufferPool {
  readonly #budget: number;
  readonly #free = new Map<number, Buffer[]>();
  #bytes = 0;

  constructor(budgetBytes: number) {
    this.#budget = budgetBytes;
  }

  /** Bytes of all buffers, lent and kept. Never more than the budget. */
  get bytes(): number {
    return this.#bytes;
  }

  /** A buffer of exactly `length` bytes with anything in it; undefined when the budget does not allow it. */
  take(length: number): Buffer | undefined {
    const kept = this.#free.get(length)?.pop();
    if (kept !== undefined) return kept;
    while (this.#bytes + length > this.#budget && this.#discardOne());
    if (this.#bytes + length > this.#budget) return undefined;
    this.#bytes += length;
    return Buffer.allocUnsafeSlow(length); // not a part of Node's pool, which would be kept alive by it
  }

  /** Takes a buffer back that nobody holds any more. */
  giveBack(buffer: Buffer): void {
    const { length } = buffer;
    if (length < SMALLEST_KEPT || (length & (length - 1)) !== 0) return this.lose(buffer);
    const free = this.#free.get(length);
    if (free === undefined) this.#free.set(length, [buffer]);
    else free.push(buffer);
  }

  /** A lent buffer is left to the collector. */
  lose(buffer: Buffer): void {
    this.#bytes -= buffer.length;
  }

  #discardOne(): boolean {
    for (const free of this.#free.values()) {
      const buffer = free.pop();
      if (buffer === undefined) continue;
      this.lose(buffer);
      return true;
    }
    return false;
  }
}
