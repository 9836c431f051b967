/** Where a {@link SharedClock} gets its time from. */
export interface SharedClockOptions {
  /** Unix milliseconds by the clock of the database. */
  readonly readClock: () => Promise<number>;
  /** Milliseconds that only go forward, from any start. */
  readonly monotonicMs?: () => number;
  /** Unix milliseconds by the clock of this machine. */
  readonly ownMs?: () => number;
}

/** A reading that took longer says less than the one before. */
const SLOW_READING_MS = 2_000;
/** A difference below it is none: two readings of one clock differ by as much. */
const NOISE_MS = 20;

/**
 * The clock of the database, as a node knows it between two readings: the nodes of a database write times into it that others
 * judge, so all go by this one. A machine whose own clock is wrong, or is set while it runs, does no harm. Until the first reading
 * it is the machine's own clock.
 */
export class SharedClock {
  readonly #readClock: () => Promise<number>;
  readonly #monotonicMs: () => number;
  readonly #ownMs: () => number;
  #offsetMs: number;
  #isMeasured = false;

  constructor(options: SharedClockOptions) {
    this.#readClock = options.readClock;
    this.#monotonicMs = options.monotonicMs ?? (() => performance.now());
    this.#ownMs = options.ownMs ?? Date.now;
    this.#offsetMs = this.#ownMs() - this.#monotonicMs();
  }

  /** Unix milliseconds. */
  readonly nowMs = (): number => this.#monotonicMs() + this.#offsetMs;

  /** Unix seconds. */
  readonly nowSeconds = (): number => Math.floor(this.nowMs() / 1_000);

  /** How far the clock of this machine is ahead, in milliseconds. */
  get ownClockAheadMs(): number {
    return this.#isMeasured ? this.#ownMs() - this.nowMs() : 0;
  }

  /** Reads the clock of the database: call it at the start and every few seconds. Rejects when the database does. */
  async measure(): Promise<void> {
    const before = this.#monotonicMs();
    const readMs = await this.#readClock();
    const after = this.#monotonicMs();
    if (this.#isMeasured && after - before > SLOW_READING_MS) return;
    const offsetMs = readMs - (before + after) / 2;
    const noiseMs = (after - before) / 2 + NOISE_MS;
    if (this.#isMeasured && Math.abs(offsetMs - this.#offsetMs) <= noiseMs) return;
    this.#offsetMs = offsetMs;
    this.#isMeasured = true;
  }
}
