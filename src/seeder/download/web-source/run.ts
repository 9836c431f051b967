import { BlockCutter } from './block-cutter.ts';
import type { AskedBlock } from './block-queue.ts';
import type { PartReader, PartSink } from './part-reader.ts';
import type { SourcePlaces } from './source-places.ts';
import { WebSourceError } from './web-source-error.ts';

/** In so long a run has to make so much progress; an answer, however small its file, counts as that much. */
const LOOK_MS = 20_000;
const MIN_BYTES = 20 * 1024;

/** Blocks that follow one another in a torrent's data, on their way from one source: one request a file, one after another. */
export class Run implements PartSink {
  readonly #cutter: BlockCutter;
  readonly #offset: number;
  readonly #length: number;
  /** Offsets of the blocks that are still wanted. */
  readonly #wanted = new Set<number>();
  readonly #abort = new AbortController();
  #markMs: number;
  #progress = 0;
  #file: number | undefined;

  /** @param onBlock gets a view that is good until it returns. */
  constructor(
    blocks: readonly [AskedBlock, ...AskedBlock[]],
    nowMs: number,
    onBlock: (block: AskedBlock, bytes: Uint8Array) => void,
  ) {
    this.#offset = blocks[0].offset;
    this.#length = blocks.reduce((sum, { length }) => sum + length, 0);
    this.#markMs = nowMs;
    for (const { offset } of blocks) this.#wanted.add(offset);
    this.#cutter = new BlockCutter(blocks, (block, bytes) => {
      if (this.#wanted.delete(block.offset)) onBlock(block, bytes);
    });
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** The file that it reads now; undefined when it reads none. */
  get file(): number | undefined {
    return this.#file;
  }

  /** Resolves when all has come. @throws as {@link PartReader.read}. */
  async read(places: SourcePlaces, reader: PartReader): Promise<void> {
    for (const part of places.partsOf(this.#offset, this.#length)) {
      this.#file = part.kind === 'file' ? part.file : undefined;
      await reader.read(part, this);
    }
  }

  /** Nobody wants the block any more; true when that was the last. */
  cancel(offset: number): boolean {
    return this.#wanted.delete(offset) && this.#wanted.size === 0;
  }

  /** Ends it; nothing is delivered any more. */
  stop(): void {
    this.#wanted.clear();
    this.#abort.abort(new WebSourceError('ERR_CUT_SHORT', 'it is wanted no more'));
  }

  /** Call it every second or so: why it takes too long; undefined while it does not. */
  lateness(nowMs: number): WebSourceError | undefined {
    if (nowMs - this.#markMs < LOOK_MS) return undefined;
    if (this.#progress < MIN_BYTES)
      return new WebSourceError('ERR_TIMEOUT', `it gave nearly nothing in ${LOOK_MS / 1000} seconds`);
    this.#markMs = nowMs;
    this.#progress = 0;
    return undefined;
  }

  take(bytes: Buffer): void {
    this.#cutter.push(bytes);
  }

  onAnswer(): void {
    this.#progress += MIN_BYTES;
  }

  onRead(bytes: number): void {
    this.#progress += bytes;
  }
}
