/** Seconds of its rate that a bucket keeps while nobody wants them: the burst after a silence. */
const BURST_SECONDS = 0.1;
/** Seconds of its rate that a bucket keeps while somebody waits: a wake-up that comes late costs nothing. */
const LATE_SECONDS = 1;

/**
 * Bytes that may pass, earned at a rate; for either direction. Whoever finds it not empty may take a whole block, and what that is too
 * much is owed: so a block larger than what a slow bucket holds passes too, and the rate holds over time. Times are milliseconds of
 * one clock that never goes back.
 */
export class TokenBucket {
  #bytesPerSecond: number;
  #tokens = 0;
  #atMs: number;
  #isAwaited = false;

  /** It begins empty. @param bytesPerSecond more than 0. */
  constructor(bytesPerSecond: number, nowMs: number) {
    this.#bytesPerSecond = bytesPerSecond;
    this.#atMs = nowMs;
  }

  get bytesPerSecond(): number {
    return this.#bytesPerSecond;
  }

  /** Goes on at another rate; what was saved up at the old one is cut to the burst of the new one. */
  setRate(bytesPerSecond: number, nowMs: number): void {
    this.#earn(nowMs);
    this.#bytesPerSecond = bytesPerSecond;
    this.#tokens = Math.min(this.#tokens, BURST_SECONDS * bytesPerSecond);
  }

  /** Whether something may pass now. A false is remembered: whoever got it is taken to wait. */
  hasTokens(nowMs: number): boolean {
    this.#earn(nowMs);
    this.#isAwaited = this.#tokens <= 0;
    return !this.#isAwaited;
  }

  /** Notes bytes that pass. */
  take(bytes: number): void {
    this.#tokens -= bytes;
  }

  /** Notes that bytes did not pass after all. It comes back up to what a bucket keeps for those who wait. */
  giveBack(bytes: number): void {
    const most = Math.max(this.#tokens, LATE_SECONDS * this.#bytesPerSecond);
    this.#tokens = Math.min(this.#tokens + bytes, most);
  }

  /** Somebody who may have waited has gone: what comes together now is the burst after a silence, until another asks in vain. */
  forsake(nowMs: number): void {
    this.#earn(nowMs);
    this.#isAwaited = false;
  }

  /** Milliseconds until something may pass, as of the last look; 0 when it may. */
  get waitMs(): number {
    return this.#tokens > 0 ? 0 : (1000 * (1 - this.#tokens)) / this.#bytesPerSecond;
  }

  #earn(nowMs: number): void {
    const seconds = (nowMs - this.#atMs) / 1000;
    const most = (this.#isAwaited ? LATE_SECONDS : BURST_SECONDS) * this.#bytesPerSecond;
    // What came late for those who waited is theirs for a moment; afterwards it is cut like all that nobody wants.
    const kept = seconds < BURST_SECONDS ? this.#tokens : 0;
    this.#atMs = nowMs;
    this.#tokens = Math.min(this.#tokens + seconds * this.#bytesPerSecond, Math.max(kept, most));
  }
}
