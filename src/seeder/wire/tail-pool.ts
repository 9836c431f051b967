/** Bytes of a buffer: a message with a block of 16 KiB, its length included, fits. */
export const TAIL_BYTES = 16 * 1024 + 64;

/** Buffers that are kept while nobody uses them: 1 MiB in all. */
const MAX_SPARE = 64;

/**
 * Buffers for messages that came in parts. One block in four comes so; memory that is made anew for each (256 MiB a GiB) keeps the
 * collector busy: 10 us of CPU a block (bench mirroring).
 */
class TailPool {
  readonly #spare: Buffer[] = [];

  /** A buffer that may hold anything. */
  take(): Buffer {
    return this.#spare.pop() ?? Buffer.allocUnsafeSlow(TAIL_BYTES);
  }

  /** Nobody uses it any more. */
  giveBack(tail: Buffer): void {
    if (this.#spare.length < MAX_SPARE) this.#spare.push(tail);
  }
}

/** Those of all connections: they are held for no longer than a message takes to come. */
export const tailPool = new TailPool();
