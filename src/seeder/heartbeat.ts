import type { Clock } from './clock.ts';

const BEAT_MS = 1000;

/** Calls a task every second, and tells it how long it has been. */
export class Heartbeat {
  readonly #clock: Clock;
  readonly #beat: (nowMs: number, seconds: number) => void;
  #lastMs = 0;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, beat: (nowMs: number, seconds: number) => void) {
    this.#clock = clock;
    this.#beat = beat;
  }

  start(): void {
    this.#lastMs = this.#clock.nowMs();
    this.#schedule();
  }

  stop(): void {
    this.#cancel?.();
  }

  #schedule(): void {
    this.#cancel = this.#clock.after(BEAT_MS, () => {
      const nowMs = this.#clock.nowMs();
      const seconds = Math.max(0.001, (nowMs - this.#lastMs) / 1000);
      this.#lastMs = nowMs;
      this.#schedule(); // first: the beat may stop it
      this.#beat(nowMs, seconds);
    });
  }
}
