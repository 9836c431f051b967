/** How many messages are looked at: so many at once, and then so many in a time. It begins full. */
export class MessageAllowance {
  readonly #max: number;
  readonly #perMs: number;
  #left: number;
  #atMs: number;

  /** @param max at once. @param perSecond more than 0; may be less than 1. */
  constructor({ max, perSecond }: { readonly max: number; readonly perSecond: number }, nowMs: number) {
    this.#max = max;
    this.#perMs = perSecond / 1000;
    this.#left = max;
    this.#atMs = nowMs;
  }

  /** Whether one more is looked at; times are milliseconds of one clock that never goes back. */
  take(nowMs: number): boolean {
    this.#left = Math.min(this.#max, this.#left + (nowMs - this.#atMs) * this.#perMs);
    this.#atMs = nowMs;
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }
}
