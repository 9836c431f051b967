/** What a node has done so far: numbers that only grow. */
export interface Activity {
  /** Reads from disk for peers. */
  readonly reads: number;
  /** Bytes that went to peers and came from them. */
  readonly bytes: number;
}

/** Bytes a second that a calm line may carry. */
const CALM_BYTES_PER_SECOND = 256 * 1024;
/** It is calm when it has been so for this long. */
const CALM_MS = 1000;

/** Tells whether a node has nothing to do: nobody has had it read from the disk for a second, and little was sent and received. */
export class Idleness {
  readonly #activity: () => Activity;
  #before: Activity;
  #sinceMs: number;
  #busyAtMs: number;

  constructor(activity: () => Activity, nowMs: number) {
    this.#activity = activity;
    this.#before = activity();
    this.#sinceMs = this.#busyAtMs = nowMs;
  }

  /** Whether it is idle now. To be asked again and again: what happened before the last call counts too. */
  isIdleAt(nowMs: number): boolean {
    const now = this.#activity();
    if (now.reads !== this.#before.reads) this.#busyAtMs = nowMs;
    const seconds = Math.max(1, (nowMs - this.#sinceMs) / 1000);
    if (now.bytes - this.#before.bytes > CALM_BYTES_PER_SECOND * seconds) this.#busyAtMs = nowMs;
    if (nowMs - this.#sinceMs >= CALM_MS || now.reads !== this.#before.reads) {
      this.#before = now;
      this.#sinceMs = nowMs;
    }
    return nowMs - this.#busyAtMs >= CALM_MS;
  }
}
