import type { Logger } from 'pino';
import { type Clock, systemClock } from '../clock.ts';
import { withDeadline } from './deadline.ts';

/** What a {@link DatabaseTask} does, and how often. */
export interface DatabaseTaskOptions {
  /** One round. Resolves true when there is more to do right away. */
  readonly run: () => Promise<boolean>;
  /** Pause after a round that left nothing to do. */
  readonly intervalMs: number;
  /** Longest pause after failures. */
  readonly maxBackoffMs: number;
  /** A round that takes longer counts as failed; the next one begins when it has ended. */
  readonly timeoutMs: number;
  readonly logger: Pick<Logger, 'warn' | 'info'>;
  /** What the log says when it begins to fail, and when it works again. */
  readonly failing: string;
  readonly recovered: string;
  readonly clock?: Clock;
}

/** Something that is done with the database again and again, also after it was away. One log line a change of state. */
export class DatabaseTask {
  readonly #options: DatabaseTaskOptions;
  readonly #clock: Clock;
  #cancelTimer: (() => void) | undefined;
  /** The round under way, which may hang. */
  #round: Promise<unknown> | undefined;
  #isStopped = false;
  #failuresInRow = 0;
  #failingSinceMs: number | undefined;
  #lastSuccessMs: number | undefined;

  constructor(options: DatabaseTaskOptions) {
    this.#options = Object.freeze({ ...options });
    this.#clock = options.clock ?? systemClock;
  }

  /** Since when it fails, unix milliseconds of this machine; undefined while it works. */
  get failingSinceMs(): number | undefined {
    return this.#failingSinceMs;
  }

  /** When a round last left nothing to do, unix milliseconds of this machine; undefined before the first. */
  get lastSuccessMs(): number | undefined {
    return this.#lastSuccessMs;
  }

  /** Begins, with a first round at once. */
  start(): void {
    if (!this.#isStopped && this.#cancelTimer === undefined) this.#schedule(0);
  }

  /** Ends it, and waits for the round under way for up to `deadlineMs`. Idempotent. */
  async stop(deadlineMs = 1_000): Promise<void> {
    this.#isStopped = true;
    this.#cancelTimer?.();
    if (this.#round !== undefined) await withDeadline(this.#round, deadlineMs, this.#clock).catch(() => {}); // it is over either way
  }

  #schedule(delayMs: number): void {
    if (this.#isStopped) return;
    this.#cancelTimer = this.#clock.after(delayMs, () => {
      void this.#turn().then((nextMs) => this.#schedule(nextMs)); // a turn never rejects
    });
  }

  /** One round, or a look at one that hangs. Resolves with the pause after it. */
  async #turn(): Promise<number> {
    const { run, intervalMs, timeoutMs } = this.#options;
    try {
      this.#round ??= run().finally(() => {
        this.#round = undefined;
      });
      const hasMore = (await withDeadline(this.#round, timeoutMs, this.#clock)) === true;
      this.#noteSuccess(hasMore);
      return hasMore ? 0 : intervalMs;
    } catch (error) {
      this.#noteFailure(error);
      return this.#backoffMs();
    }
  }

  #backoffMs(): number {
    const { intervalMs, maxBackoffMs } = this.#options;
    const factor = 2 ** Math.min(this.#failuresInRow, 20);
    // Between half of it and all of it, so that the nodes of a database that was away do not come back as one.
    return Math.min(intervalMs * factor, maxBackoffMs) * (0.5 + Math.random() / 2);
  }

  #noteSuccess(hasMore: boolean): void {
    if (this.#failingSinceMs !== undefined) {
      const seconds = Math.round((this.#clock.now() - this.#failingSinceMs) / 1_000);
      this.#options.logger.info({ seconds }, this.#options.recovered);
    }
    this.#failuresInRow = 0;
    this.#failingSinceMs = undefined;
    if (!hasMore) this.#lastSuccessMs = this.#clock.now();
  }

  #noteFailure(error: unknown): void {
    this.#failuresInRow++;
    if (this.#failingSinceMs !== undefined || this.#isStopped) return; // one line a change of state, however long it lasts
    this.#failingSinceMs = this.#clock.now();
    this.#options.logger.warn({ err: error }, this.#options.failing);
  }
}
