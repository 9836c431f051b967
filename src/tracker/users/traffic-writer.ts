import type { Logger } from 'pino';
import { type Clock, systemClock } from '../../persistence/clock.ts';
import { FlushLoop } from '../../persistence/flush-loop.ts';
import type { TrafficBatch, TrafficStore } from '../../persistence/traffic-store.ts';
import type { TrafficAccounts } from './traffic-accounts.ts';

/** What a {@link TrafficWriter} works with. */
export interface TrafficWriterOptions {
  readonly accounts: TrafficAccounts;
  readonly store: Pick<TrafficStore, 'saveTraffic' | 'lastTrafficBatch'>;
  readonly logger: Pick<Logger, 'warn' | 'info' | 'error'>;
  readonly clock?: Clock;
  readonly flushIntervalMs?: number;
  /** Sessions a transaction; 5000. */
  readonly maxBatch?: number;
}

/**
 * Writes what was counted of users, behind the announces. A batch that fails is sent again as it is, under its number, so that it
 * is never written twice; meanwhile the sessions go on counting. What waits is bounded by their number.
 */
export class TrafficWriter {
  readonly #options: TrafficWriterOptions;
  readonly #loop: FlushLoop;
  readonly #clock: Clock;
  /** When everything was written that there was then. */
  #savedAtMs: number;
  /** On its way: never changed, and not forgotten until it is written. */
  #batch: TrafficBatch | undefined;
  #lastNumber: number | undefined;

  constructor(options: TrafficWriterOptions) {
    this.#options = options;
    const { clock = systemClock, flushIntervalMs, logger } = options;
    this.#clock = clock;
    this.#savedAtMs = clock.now();
    this.#loop = new FlushLoop({
      save: async () => {
        const beganMs = clock.now();
        await this.#save();
        this.#savedAtMs = beganMs; // what came since then may still wait
      },
      pending: () => this.pending,
      messages: {
        failing: 'traffic of users cannot be saved; it is kept',
        recovered: 'traffic of users is saved again',
        lost: 'traffic of users was lost: the database took it no more',
      },
      logger,
      clock,
      ...(flushIntervalMs !== undefined && { flushIntervalMs }),
    });
  }

  /** Sessions that wait to be written. */
  get pending(): number {
    return this.#options.accounts.pending + (this.#batch?.sessions.length ?? 0);
  }

  /** How long a session has waited at most; 0 when none does. */
  get lagSeconds(): number {
    return this.pending === 0 ? 0 : Math.max(0, this.#clock.now() - this.#savedAtMs) / 1_000;
  }

  /** Begins to write at intervals. */
  start(): void {
    this.#loop.start();
  }

  /** Resolves when everything that was counted before the call is committed; rejects when this attempt fails. */
  flush(): Promise<void> {
    return this.#loop.flush();
  }

  /** Writes what waits and ends; see {@link FlushLoop.stop}. */
  stop(deadlineMs: number): Promise<boolean> {
    return this.#loop.stop(deadlineMs);
  }

  async #save(): Promise<void> {
    const { accounts, store, maxBatch = 5_000 } = this.#options;
    this.#lastNumber ??= await store.lastTrafficBatch();
    // What comes while it is written waits for the next flush: else a busy tracker would never be done.
    let rest = accounts.pending;
    while (!this.#loop.isGivenUp) {
      if (this.#batch === undefined) {
        if (rest <= 0) return;
        this.#batch = accounts.take(this.#lastNumber + 1, maxBatch);
        rest -= maxBatch;
        if (this.#batch === undefined) return;
      }
      await store.saveTraffic(this.#batch);
      this.#lastNumber = this.#batch.number;
      this.#batch = undefined;
    }
  }
}
