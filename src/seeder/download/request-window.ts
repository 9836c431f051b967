import { BLOCK_LENGTH } from '../wire/message.ts';

/** Requests that a peer has before anything is known of it, and those of one that does not answer. */
const FIRST_DEPTH = 16;
const SNUBBED_DEPTH = 1;
/** The most requests to one peer; 500 is what clients hold that do not say more (`reqq`). */
const MAX_DEPTH = 1000;
/** Seconds of the peer's own rate that are asked for ahead: a long way, and a disk that pauses, shall not dry it up. */
const AHEAD_SECONDS = 1;
/** No block for so long, and the peer is snubbed. */
const SNUB_MS = 30_000;

/** How much a peer is asked for at a time: by its measured rate, growing fast while that grows (as TCP's slow start does). */
export class RequestWindow {
  #depth = FIRST_DEPTH;
  #current = 0;
  #bytesPerSecond = 0;
  #heardAtMs: number;
  #isSnubbed = false;

  constructor(nowMs: number) {
    this.#heardAtMs = nowMs;
  }

  /** Requests that it may have, at most `limit`, which is what the peer says it holds. */
  depth(limit: number): number {
    return this.#isSnubbed ? SNUBBED_DEPTH : Math.min(this.#depth, limit, MAX_DEPTH);
  }

  /** Bytes a second, smoothed over a few seconds. */
  get bytesPerSecond(): number {
    return this.#bytesPerSecond;
  }

  get isSnubbed(): boolean {
    return this.#isSnubbed;
  }

  /** A block came. */
  add(bytes: number, nowMs: number): void {
    this.#current += bytes;
    this.#heardAtMs = nowMs;
    this.#isSnubbed = false;
    // Before the first second is over the rate is not known: every answer makes room for one more.
    if (this.#depth < MAX_DEPTH && this.#current > this.#bytesPerSecond) this.#depth++;
  }

  /** Call it every `seconds`; `isWaiting`: it owes blocks. True when it has just been found to be snubbed. */
  tick(nowMs: number, seconds: number, isWaiting: boolean): boolean {
    const latest = this.#current / seconds;
    this.#bytesPerSecond = (this.#bytesPerSecond + latest) / 2;
    if (this.#bytesPerSecond < 1) this.#bytesPerSecond = 0;
    this.#current = 0;
    const wanted = Math.ceil((AHEAD_SECONDS * Math.max(latest, this.#bytesPerSecond)) / BLOCK_LENGTH);
    this.#depth = Math.max(FIRST_DEPTH, Math.min(MAX_DEPTH, wanted));
    if (!isWaiting) this.#heardAtMs = nowMs;
    const wasSnubbed = this.#isSnubbed;
    this.#isSnubbed = isWaiting && nowMs - this.#heardAtMs >= SNUB_MS;
    return this.#isSnubbed && !wasSnubbed;
  }
}
