import type { Clock } from './clock.ts';

const TICK_MS = 1000;

/** What is done again and again; times in milliseconds of the node's clock. */
export interface TickerOptions {
  readonly clock: Clock;
  /** Between two rounds of choking. */
  readonly roundIntervalMs: number;
  /** Once a second or so; `seconds` have passed since the last. */
  readonly onTick: (nowMs: number, seconds: number) => void;
  readonly onRound: (nowMs: number) => void;
}

/** The heartbeat of a node. */
export class Ticker {
  readonly #options: TickerOptions;
  #lastTickMs = 0;
  #lastRoundMs = 0;
  #cancel: (() => void) | undefined;

  constructor(options: TickerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#lastTickMs = this.#lastRoundMs = this.#options.clock.nowMs();
    this.#schedule();
  }

  stop(): void {
    this.#cancel?.();
  }

  #schedule(): void {
    this.#cancel = this.#options.clock.after(TICK_MS, () => {
      this.#tick();
      this.#schedule();
    });
  }

  #tick(): void {
    const { clock, roundIntervalMs, onTick, onRound } = this.#options;
    const nowMs = clock.nowMs();
    const seconds = Math.max(0.001, (nowMs - this.#lastTickMs) / 1000);
    this.#lastTickMs = nowMs;
    onTick(nowMs, seconds);
    if (nowMs - this.#lastRoundMs < roundIntervalMs) return;
    this.#lastRoundMs = nowMs;
    onRound(nowMs);
  }
}
