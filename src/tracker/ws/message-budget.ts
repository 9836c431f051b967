/** What becomes of a message: it is answered; it is, but no more are to be read for now; the sender has gone too far. */
export type Allowance = 'ok' | 'pause' | 'flood';

/**
 * A token bucket for the messages of one socket. Who sends faster is read more slowly, and so learns it from TCP: nothing is lost. What
 * was received already when reading stopped is still answered, up to another burst.
 */
export class MessageBudget {
  readonly #perMs: number;
  readonly #burst: number;
  #tokens: number;
  #atMs: number;

  constructor(messagesPerSecond: number, burst: number, nowMs: number) {
    this.#perMs = messagesPerSecond / 1000;
    this.#burst = burst;
    this.#tokens = burst;
    this.#atMs = nowMs;
  }

  /** Takes a message into account. */
  take(nowMs: number): Allowance {
    this.#refill(nowMs);
    this.#tokens--;
    if (this.#tokens > 0) return 'ok';
    return this.#tokens > -this.#burst ? 'pause' : 'flood';
  }

  /** Whether reading may go on. */
  mayResume(nowMs: number): boolean {
    this.#refill(nowMs);
    return this.#tokens >= 1;
  }

  #refill(nowMs: number): void {
    this.#tokens = Math.min(this.#burst, this.#tokens + (nowMs - this.#atMs) * this.#perMs);
    this.#atMs = nowMs;
  }
}
