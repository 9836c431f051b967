import type { PeerBatch } from '../../../src/persistence/peer-batch.ts';
import type { CompletedCount, Persistence } from '../../../src/persistence/persistence.ts';

/** A persistence that fails or waits on demand, and otherwise does what the real one beneath does. */
export class FaultySink implements Pick<Persistence, 'savePeers' | 'saveCompleted'> {
  readonly #inner: Persistence;
  /** Calls that are still to fail. */
  failuresLeft = 0;
  /** Sizes of the batches that were saved. */
  readonly saved: number[] = [];
  /** Likewise, of counts of completed downloads. */
  readonly savedCounts: number[] = [];
  #gate: Promise<void> | undefined;

  constructor(inner: Persistence) {
    this.#inner = inner;
  }

  /** Holds every call back until the result is called. */
  hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#gate = promise;
    return () => {
      this.#gate = undefined;
      resolve();
    };
  }

  async savePeers(batch: PeerBatch): Promise<void> {
    await this.#pass();
    await this.#inner.savePeers(batch);
    this.saved.push(batch.length);
  }

  async saveCompleted(counts: readonly CompletedCount[], nowSeconds: number): Promise<void> {
    await this.#pass();
    await this.#inner.saveCompleted(counts, nowSeconds);
    this.savedCounts.push(counts.length);
  }

  async #pass(): Promise<void> {
    await this.#gate;
    if (this.failuresLeft === 0) return;
    this.failuresLeft--;
    throw new Error('the disk is away');
  }
}
