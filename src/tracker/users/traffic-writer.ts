import type { Logger } from 'pino';
import { infoHashToHex } from '../../bittorrent/info-hash.ts';
import { type Clock, systemClock } from '../../persistence/clock.ts';
import { PersistenceError } from '../../persistence/errors.ts';
import { FlushLoop } from '../../persistence/flush-loop.ts';
import type { TrafficStore } from '../../persistence/traffic-store.ts';
import { splitBatch, type TrafficPart } from './split-batch.ts';
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

/** A batch is halved until one row stands alone in less; when so many are refused on end, it is hardly for one row. */
const MAX_REFUSALS_IN_ROW = 20;
const UNKNOWN = -1;

/**
 * Writes what was counted of users, behind the announces. A batch that fails is sent again as it is, under its number, so that it
 * is never written twice; meanwhile the sessions go on counting. What waits is bounded by their number. One that the database
 * refuses for what is in it is halved, until the row stands alone that it does not take; that row is given up when it is refused
 * once more after others were taken.
 */
export class TrafficWriter {
  readonly #options: TrafficWriterOptions;
  readonly #loop: FlushLoop;
  readonly #clock: Clock;
  /** When everything was written that there was then. */
  #savedAtMs: number;
  /** The first one is on its way: never changed, and not forgotten until it is written, or known not to be. */
  #waiting: TrafficPart[] = [];
  /** Single rows that the database did not take, and the number of the last batch that it had taken then. */
  #refused: TrafficPart[] = [];
  readonly #refusedAt = new WeakMap<TrafficPart, number>();
  #refusalsInRow = 0;
  /** The last one. */
  #refusal: unknown;
  #lastNumber = UNKNOWN;

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
    const inParts = [...this.#waiting, ...this.#refused].reduce((sum, part) => sum + part.sessions.length, 0);
    return this.#options.accounts.pending + inParts;
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
    if (this.#lastNumber === UNKNOWN) this.#lastNumber = await store.lastTrafficBatch();
    this.#refusalsInRow = 0;
    // What comes while it is written waits for the next flush: else a busy tracker would never be done.
    let rest = accounts.pending;
    while (!this.#loop.isGivenUp) {
      const part = this.#waiting[0];
      if (part !== undefined) {
        await this.#write(part);
      } else if (rest > 0) {
        const batch = accounts.take(this.#lastNumber + 1, maxBatch);
        if (batch !== undefined) this.#waiting.push(batch);
        rest -= maxBatch;
      } else if (this.#refused.length > 0) {
        this.#tryRefusedAgain();
      } else {
        return;
      }
    }
  }

  async #write(part: TrafficPart): Promise<void> {
    const { store } = this.#options;
    const number = this.#lastNumber + 1;
    try {
      await store.saveTraffic({ traffic: part.traffic, sessions: part.sessions, number });
    } catch (error) {
      if (!isRefusal(error) || this.#refusalsInRow++ >= MAX_REFUSALS_IN_ROW) throw error;
      // It may be written all the same, by an attempt whose answer was lost: the next attempt is told so.
      if ((await store.lastTrafficBatch()) >= number) throw error;
      this.#waiting.shift();
      if (part.traffic.length > 1) this.#waiting.unshift(...splitBatch(part));
      else this.#setAside(part, error);
      return;
    }
    this.#lastNumber = number;
    this.#refusalsInRow = 0;
    this.#waiting.shift();
  }

  /** A row alone was refused. When the database has taken others since it did so first, it is the row. */
  #setAside(part: TrafficPart, err: unknown): void {
    const refusedAt = this.#refusedAt.get(part) ?? this.#lastNumber;
    if (refusedAt === this.#lastNumber) {
      this.#refusal = err;
      this.#refusedAt.set(part, refusedAt);
      this.#refused.push(part);
      return;
    }
    const [row] = part.traffic;
    const of = row && { userId: row.userId, infoHash: infoHashToHex(row.infoHash) };
    this.#options.logger.error(
      { err, ...of },
      'traffic of a user is lost: the database refuses this row alone',
    );
  }

  /** @throws {PersistenceError} when the database took nothing since: it is not for these rows, and they wait. */
  #tryRefusedAgain(): void {
    const refused = this.#refused;
    const isForThem = refused.some((part) => this.#refusedAt.get(part) !== this.#lastNumber);
    this.#waiting = refused;
    this.#refused = [];
    if (!isForThem) throw this.#refusal;
  }
}

/** The database answered, and did not take it: not for want of a connection, of room or of a lock. */
function isRefusal(error: unknown): boolean {
  return error instanceof PersistenceError && error.code === 'ERR_DATABASE';
}
