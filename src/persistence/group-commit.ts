import { type Clock, systemClock } from './clock.ts';

/** What can be waited for: a write-behind, for one. */
export interface CommittedJournal {
  /** Resolves when all that was recorded before the call is committed; callers share, so several may get the same promise. */
  flush(): Promise<void>;
  /** Records that found no room so far. */
  readonly dropped?: number;
}

/** How a {@link GroupCommit} works. */
export interface GroupCommitOptions {
  /** All of them are waited for. */
  readonly journals: readonly CommittedJournal[];
  readonly clock?: Clock;
  /** How long an announce waits for its commit; 5000: clients over UDP ask again after 15 s. */
  readonly timeoutMs?: number;
  /** How long a database that refused is left alone before an announce tries it again; 1000. */
  readonly pauseMs?: number;
}

/**
 * Commits for those who may answer only when the database has what they recorded. Whoever asks during a commit shares the next
 * one, so that a slow disk makes larger groups, not a longer queue.
 */
export class GroupCommit {
  readonly #journals: readonly CommittedJournal[];
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #pauseMs: number;
  #dropped: number;
  #flushes: readonly Promise<void>[] = [];
  #shared: Promise<void> = Promise.resolve();
  #pausedUntilMs = Number.NEGATIVE_INFINITY;
  #lastError: unknown;

  constructor({ journals, clock = systemClock, timeoutMs = 5_000, pauseMs = 1_000 }: GroupCommitOptions) {
    this.#journals = journals;
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#pauseMs = pauseMs;
    this.#dropped = this.#droppedNow();
  }

  /**
   * Resolves when everything is committed that was recorded until now. Rejects when the database refused, when it did not
   * answer in time, and when the journal had no room for a record since the last call: so call it in the turn in which you
   * recorded. What was refused stays recorded, and is written when that is possible again.
   */
  commit(): Promise<void> {
    const dropped = this.#droppedNow();
    if (dropped !== this.#dropped) {
      this.#dropped = dropped;
      return Promise.reject(new Error('the journal has no room'));
    }
    if (this.#clock.now() < this.#pausedUntilMs) return Promise.reject(this.#lastError);
    const flushes = this.#journals.map((journal) => journal.flush());
    if (flushes.some((flush, index) => flush !== this.#flushes[index])) {
      this.#flushes = flushes;
      this.#shared = this.#bounded(Promise.all(flushes));
    }
    return this.#shared;
  }

  #droppedNow(): number {
    return this.#journals.reduce((sum, { dropped = 0 }) => sum + dropped, 0);
  }

  #bounded(flush: Promise<unknown>): Promise<void> {
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.after(this.#timeoutMs, () =>
        reject(new Error(`the database did not answer within ${this.#timeoutMs} ms`)),
      );
      const fail = (error: unknown): void => {
        cancel();
        this.#lastError = error;
        this.#pausedUntilMs = this.#clock.now() + this.#pauseMs;
        reject(error);
      };
      flush.then(() => {
        cancel();
        resolve();
      }, fail);
    });
  }
}
