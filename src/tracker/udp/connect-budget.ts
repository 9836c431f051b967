/** Half a second's worth of connects may come at once, one in any case. */
const DEPTH_MS = 500;

/** The connects that are answered in a second, whoever sends them. */
export class ConnectBudget {
  readonly #costMs: number;
  readonly #depthMs: number;
  readonly #nowMs: () => number;
  /** When the budget is whole again. */
  #wholeAtMs = 0;

  constructor(ratePerSecond: number, nowMs: () => number = () => performance.now()) {
    this.#costMs = 1000 / ratePerSecond;
    this.#depthMs = Math.max(DEPTH_MS, this.#costMs);
    this.#nowMs = nowMs;
  }

  /** Takes one connect out of the budget; false when none is left. */
  take(): boolean {
    const now = this.#nowMs();
    const wholeAtMs = Math.max(this.#wholeAtMs, now) + this.#costMs;
    if (wholeAtMs - now > this.#depthMs) return false;
    this.#wholeAtMs = wholeAtMs;
    return true;
  }
}
