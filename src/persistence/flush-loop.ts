import type { Logger } from 'pino';
import { type Clock, systemClock } from './clock.ts';

/** Between two attempts at the end. */
const RETRY_MS = 100;
/** A database that takes what waits may take so long at the end, however much it is. */
const LONGEST_STOP_MS = 60_000;

/** How a {@link FlushLoop} works. */
export interface FlushLoopOptions {
  /** Writes everything that waits now; rejects when it could not, and keeps what was not written. */
  readonly save: () => Promise<void>;
  /** How much waits now. */
  readonly pending: () => number;
  /** What the log says when it cannot be written, when it can again, and when it is given up. */
  readonly messages: { readonly failing: string; readonly recovered: string; readonly lost: string };
  readonly logger: Pick<Logger, 'warn' | 'info' | 'error'>;
  readonly clock?: Clock;
  /** Time between two flushes; 1000. */
  readonly flushIntervalMs?: number;
  /** Longest pause after failures; 30000. */
  readonly maxBackoffMs?: number;
}

/**
 * Writes at intervals what waits somewhere, with growing pauses while that fails, one line in the log a change of state, and a
 * last time at the end.
 */
export class FlushLoop {
  readonly #options: FlushLoopOptions;
  readonly #clock: Clock;
  #failuresInRow = 0;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #cancelTimer: (() => void) | undefined;
  #stopping: Promise<boolean> | undefined;
  #isGivenUp = false;

  constructor(options: FlushLoopOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** Begins to flush at intervals. */
  start(): void {
    if (this.#cancelTimer === undefined && this.#stopping === undefined) this.#schedule();
  }

  /** Nothing is taken in any more. */
  get isStopping(): boolean {
    return this.#stopping !== undefined;
  }

  /** The end came before everything was written: a flush under way begins nothing more. */
  get isGivenUp(): boolean {
    return this.#isGivenUp;
  }

  /**
   * Resolves when everything that waited before the call is written; rejects when this attempt fails. Callers share: those that
   * come during a flush are served together by the one after it.
   */
  flush(): Promise<void> {
    if (this.#next !== undefined) return this.#next;
    const begin = (): Promise<void> => {
      this.#next = undefined;
      this.#running = this.#save();
      return this.#running;
    };
    this.#next = (this.#running ?? Promise.resolve()).then(begin, begin);
    return this.#next;
  }

  /**
   * Writes what waits and ends. Goes on while less and less waits, for up to `longestMs` (60 000), and is given up when nothing
   * was written for `deadlineMs` (or up to twice that long). Resolves false, and logs the loss, when something could not be
   * written. Idempotent.
   */
  stop(deadlineMs: number, longestMs = LONGEST_STOP_MS): Promise<boolean> {
    this.#stopping ??= this.#drain(deadlineMs, longestMs);
    return this.#stopping;
  }

  async #save(): Promise<void> {
    const { save, pending, messages, logger } = this.#options;
    try {
      await save();
    } catch (err) {
      if (this.#isGivenUp) throw err; // the loss is logged
      // One line a change of state, however long it lasts.
      if (this.#failuresInRow++ === 0) logger.warn({ err, pending: pending() }, messages.failing);
      throw err;
    }
    if (this.#failuresInRow > 0) logger.info({ pending: pending() }, messages.recovered);
    this.#failuresInRow = 0;
  }

  #schedule(): void {
    const { flushIntervalMs = 1_000, maxBackoffMs = 30_000 } = this.#options;
    const pauseMs = flushIntervalMs * 2 ** Math.min(this.#failuresInRow, 20);
    const delayMs = Math.min(pauseMs, Math.max(flushIntervalMs, maxBackoffMs));
    this.#cancelTimer = this.#clock.after(delayMs, () => {
      const again = (): void => {
        if (this.#stopping === undefined) this.#schedule();
      };
      this.flush().then(again, again); // a failure is logged where it happened
    });
  }

  async #drain(deadlineMs: number, longestMs: number): Promise<boolean> {
    const { pending, messages, logger } = this.#options;
    this.#cancelTimer?.();
    const stalled = this.#whenStalled(deadlineMs, longestMs);
    // The clock's timers keep no process alive, and between two attempts there may be nothing else: it would end there.
    const keepAlive = setInterval(() => {}, deadlineMs);
    const isSaved = await Promise.race([this.#flushUntilSaved(), stalled.promise]);
    clearInterval(keepAlive);
    stalled.cancel();
    if (!isSaved && pending() > 0) logger.error({ pending: pending() }, messages.lost);
    return isSaved;
  }

  /** Gives up, and resolves false, when no less waits than `deadlineMs` before, or after `longestMs`. */
  #whenStalled(deadlineMs: number, longestMs: number): { promise: Promise<false>; cancel: () => void } {
    const { promise, resolve } = Promise.withResolvers<false>();
    let cancel = (): void => {};
    const watch = (before: number, leftMs: number): void => {
      const waitMs = Math.min(deadlineMs, leftMs);
      cancel = this.#clock.after(waitMs, () => {
        const now = this.#options.pending();
        if (now < before && leftMs > waitMs) return watch(now, leftMs - waitMs);
        this.#isGivenUp = true;
        resolve(false);
      });
    };
    watch(this.#options.pending(), longestMs);
    return { promise, cancel: () => cancel() };
  }

  async #flushUntilSaved(): Promise<boolean> {
    while (!this.#isGivenUp) {
      const isSaved = await this.flush().then(
        () => true,
        () => false,
      );
      if (isSaved) return true;
      await new Promise<void>((resolve) => this.#clock.after(RETRY_MS, resolve));
    }
    return false;
  }
}
