/** A block that a source was asked for. */
export interface AskedBlock {
  readonly piece: number;
  /** Where it begins in its piece, in bytes. */
  readonly begin: number;
  readonly length: number;
  /** Where it begins in the torrent's data. */
  readonly offset: number;
}

/** Blocks that wait for a request, in the order in which they were asked for. Those that follow one another go into one. */
export class BlockQueue {
  /** By offset. */
  readonly #blocks = new Map<number, AskedBlock>();

  #bytes = 0;

  /** Of all blocks that wait. */
  get bytes(): number {
    return this.#bytes;
  }

  add(block: AskedBlock): void {
    this.delete(block.offset);
    this.#blocks.set(block.offset, block);
    this.#bytes += block.length;
  }

  /** Nobody wants the block any more; false when it does not wait. */
  delete(offset: number): boolean {
    this.#bytes -= this.#blocks.get(offset)?.length ?? 0;
    return this.#blocks.delete(offset);
  }

  clear(): void {
    this.#blocks.clear();
    this.#bytes = 0;
  }

  /** Takes the oldest block and those that follow it in the torrent's data without a gap, up to so many bytes. */
  takeRun(maxBytes: number): AskedBlock[] {
    const run: AskedBlock[] = [];
    let sum = 0;
    for (const block of this.#next()) {
      if (run.length > 0 && sum + block.length > maxBytes) break;
      run.push(block);
      sum += block.length;
    }
    for (const { offset } of run) this.delete(offset);
    return run;
  }

  *#next(): Generator<AskedBlock> {
    const [oldest] = this.#blocks.values();
    for (let block = oldest; block !== undefined; block = this.#blocks.get(block.offset + block.length))
      yield block;
  }
}
