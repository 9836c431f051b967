/** What a write-behind has done since its start. */
export interface WriteBehindCounters {
  /** Peers written. */
  readonly flushed: number;
  readonly failedFlushes: number;
  /** Attempts that failed since the last that did not: above 0, the database cannot be written. */
  readonly failuresInRow: number;
  /** Flushes that wrote something, and the time that they took. */
  readonly flushes: number;
  readonly flushSeconds: number;
  /** Peers and counts that wait now. */
  readonly pending: number;
  /** How long something has waited at most; 0 when nothing waits. */
  readonly lagSeconds: number;
  /** Records that found no room: of peers and counts, which live in memory only until their next announce, and of departures. */
  readonly dropped: number;
}

/** Counts what becomes of flushes. Times are milliseconds of the owner's clock. */
export class FlushStatistics {
  flushed = 0;
  dropped = 0;
  #failedFlushes = 0;
  #failuresInRow = 0;
  #flushes = 0;
  #flushMs = 0;
  #savedAtMs: number;

  constructor(nowMs: number) {
    this.#savedAtMs = nowMs;
  }

  get failuresInRow(): number {
    return this.#failuresInRow;
  }

  /** A flush that began at `beganMs` has written everything that there was, if there was anything. */
  noteSuccess(beganMs: number, nowMs: number, wroteSomething: boolean): void {
    this.#failuresInRow = 0;
    this.#savedAtMs = beganMs; // what came since then may still wait
    if (!wroteSomething) return;
    this.#flushes++;
    this.#flushMs += nowMs - beganMs;
  }

  noteFailure(): void {
    this.#failedFlushes++;
    this.#failuresInRow++;
  }

  /** The figures, when `pending` records wait. */
  counters(pending: number, nowMs: number): WriteBehindCounters {
    return {
      flushed: this.flushed,
      failedFlushes: this.#failedFlushes,
      failuresInRow: this.#failuresInRow,
      flushes: this.#flushes,
      flushSeconds: this.#flushMs / 1_000,
      pending,
      lagSeconds: pending === 0 ? 0 : Math.max(0, nowMs - this.#savedAtMs) / 1_000,
      dropped: this.dropped,
    };
  }
}
