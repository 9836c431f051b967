/** What failed is tried again after a minute, then twice as long each time, an hour at most. */
const FIRST_RETRY_MS = 60_000;
const LAST_RETRY_MS = 3_600_000;

interface Refusal {
  readonly print: string;
  readonly message: string;
  readonly waitMs: number;
  readonly untilMs: number;
}

/** What could not be done with things of a folder: they are left in peace for a while, and the same is told once. */
export class Refusals {
  readonly #nowMs: () => number;
  readonly #refused = new Map<string, Refusal>();

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Whether a thing is to be left in peace: it failed as it is now, and its time has not come. */
  has(name: string, print: string): boolean {
    const refusal = this.#refused.get(name);
    return refusal !== undefined && refusal.print === print && this.#nowMs() < refusal.untilMs;
  }

  /** Notes a failure; true when it is news. */
  add(name: string, print: string, message: string): boolean {
    const before = this.#refused.get(name);
    const isSame = before?.print === print && before.message === message;
    const waitMs = isSame ? Math.min(LAST_RETRY_MS, 2 * before.waitMs) : FIRST_RETRY_MS;
    this.#refused.set(name, { print, message, waitMs, untilMs: this.#nowMs() + waitMs });
    return !isSame;
  }

  forget(name: string): void {
    this.#refused.delete(name);
  }

  /** Forgets all others: they are gone. */
  keepOnly(names: { has(name: string): boolean }): void {
    for (const name of this.#refused.keys()) if (!names.has(name)) this.#refused.delete(name);
  }
}
