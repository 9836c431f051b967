/** Peers have to have brought as much for so long. */
const PATIENCE_MS = 10_000;

/**
 * When web seeds rest. They cost their publisher, so peers alone are asked once they bring as much as the web seeds do beside them, and web seeds
 * again once peers bring less than half of what those brought. Where the line is what is full, nothing is lost by it: peers fill what
 * the web seeds leave.
 */
export class PeersFirst {
  /** What the web seeds brought when they went to rest, bytes a second; undefined while they work. */
  #given: number | undefined;
  /** Since when the other side of the rule has held. */
  #sinceMs: number | undefined;

  /** Whether web seeds rest; call it every second or so. Rates in bytes a second, smoothed. */
  isResting(nowMs: number, rates: { readonly peers: number; readonly sources: number }): boolean {
    const isTurning =
      this.#given === undefined
        ? rates.sources > 0 && rates.peers >= rates.sources
        : rates.peers < this.#given / 2;
    this.#sinceMs = isTurning ? (this.#sinceMs ?? nowMs) : undefined;
    if (this.#sinceMs !== undefined && nowMs - this.#sinceMs >= PATIENCE_MS) {
      this.#given = this.#given === undefined ? rates.sources : undefined;
      this.#sinceMs = undefined;
    }
    return this.#given !== undefined;
  }
}
