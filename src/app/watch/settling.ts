/** What does not change any more has settled: the same fingerprint at looks that lie long enough apart. */
export class Settling {
  readonly #settleMs: number;
  readonly #nowMs: () => number;
  readonly #seen = new Map<string, { readonly print: string; readonly sinceMs: number }>();

  constructor(settleMs: number, nowMs: () => number) {
    this.#settleMs = settleMs;
    this.#nowMs = nowMs;
  }

  /** Notes what something is like now; true when it has been like that for long enough. */
  isSettled(name: string, print: string): boolean {
    const seen = this.#seen.get(name);
    if (seen?.print === print) return this.#nowMs() - seen.sinceMs >= this.#settleMs;
    this.#seen.set(name, { print, sinceMs: this.#nowMs() });
    return false;
  }

  forget(name: string): void {
    this.#seen.delete(name);
  }

  /** Forgets all others: they are gone. */
  keepOnly(names: { has(name: string): boolean }): void {
    for (const name of this.#seen.keys()) if (!names.has(name)) this.#seen.delete(name);
  }
}
