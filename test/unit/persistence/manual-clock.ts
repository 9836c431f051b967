import type { Clock } from '../../../src/persistence/clock.ts';

interface Timer {
  readonly atMs: number;
  readonly callback: () => void;
}

/** A clock that stands still until it is moved. */
export class ManualClock implements Clock {
  #nowMs = 1_700_000_000_000;
  readonly #timers = new Set<Timer>();

  now(): number {
    return this.#nowMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { atMs: this.#nowMs + delayMs, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Milliseconds until the next timer; undefined when there is none. */
  get nextDelayMs(): number | undefined {
    const delays = [...this.#timers].map((timer) => timer.atMs - this.#nowMs);
    return delays.length === 0 ? undefined : Math.min(...delays);
  }

  /** Moves on, and calls what has become due. */
  advance(ms: number): void {
    this.#nowMs += ms;
    for (const timer of [...this.#timers]) {
      if (timer.atMs > this.#nowMs) continue;
      this.#timers.delete(timer);
      timer.callback();
    }
  }
}
