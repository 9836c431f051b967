import { BLOCK_LENGTH } from '../../wire/message.ts';
import type { AskedBlock } from './block-queue.ts';

/** Cuts bytes that come in any portions into the blocks that were asked for; one block is put together at a time. */
export class BlockCutter {
  readonly #blocks: readonly AskedBlock[];
  readonly #deliver: (block: AskedBlock, bytes: Uint8Array) => void;
  readonly #partial = Buffer.allocUnsafe(BLOCK_LENGTH);
  #filled = 0;
  #next = 0;

  /** @param deliver gets a view that is good until it returns. */
  constructor(blocks: readonly AskedBlock[], deliver: (block: AskedBlock, bytes: Uint8Array) => void) {
    this.#blocks = blocks;
    this.#deliver = deliver;
  }

  /** Takes the bytes that follow; what lies behind the last block is left out. */
  push(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; ) {
      const block = this.#blocks[this.#next];
      if (block === undefined) return;
      const wanted = block.length - this.#filled;
      const found = bytes.subarray(at, at + wanted);
      at += found.length;
      if (found.length === block.length) this.#give(block, found);
      else {
        found.copy(this.#partial, this.#filled);
        this.#filled += found.length;
        if (found.length === wanted) this.#give(block, this.#partial.subarray(0, block.length));
      }
    }
  }

  #give(block: AskedBlock, bytes: Uint8Array): void {
    this.#next++;
    this.#filled = 0;
    this.#deliver(block, bytes);
  }
}
