import { TokenBucket } from './token-bucket.ts';

/** Who decides whose turn it is. */
export interface Queue {
  /** Whether the next block may pass; when not, it is its turn later. */
  admit(allowance: RateAllowance): boolean;
  forget(allowance: RateAllowance): void;
}

/** How an allowance is made. */
export interface AllowanceParts {
  readonly queue: Queue;
  /** The torrent's name among the limits. */
  readonly torrent: string;
  /** Its address is one of a private network. */
  readonly isLocal: boolean;
  /** Sends, or asks for, what {@link RateAllowance.mayPass} lets it. */
  readonly resume: () => void;
}

/** What may pass to or from one peer now, by the limits of itself, its torrent and the node. */
export class RateAllowance {
  /** False: nothing binds it, and nothing else here need be called. */
  isLimited = false;
  /** For the pacer. */
  readonly torrent: string;
  readonly isLocal: boolean;
  readonly #queue: Queue;
  readonly #resume: () => void;
  #buckets: readonly TokenBucket[] = [];
  #own: TokenBucket | undefined;
  #isTurn = false;

  constructor({ queue, torrent, isLocal, resume }: AllowanceParts) {
    this.#queue = queue;
    this.torrent = torrent;
    this.isLocal = isLocal;
    this.#resume = resume;
  }

  /** Whether a block may pass now. When not, `resume` is called once one may. */
  mayPass(): boolean {
    return this.#isTurn || this.#queue.admit(this);
  }

  /** Notes a block that is sent, or asked for. */
  took(bytes: number): void {
    this.#isTurn = false;
    for (const bucket of this.#buckets) bucket.take(bytes);
  }

  /** Notes that a block which was asked for will not come. */
  gaveBack(bytes: number): void {
    for (const bucket of this.#buckets) bucket.giveBack(bytes);
  }

  /** The peer is gone. */
  close(): void {
    this.#queue.forget(this);
  }

  /** For the pacer: it does not wait any more. */
  forsake(nowMs: number): void {
    for (const bucket of this.#buckets) bucket.forsake(nowMs);
  }

  /** For the pacer: what binds it from now on. */
  bind(shared: readonly TokenBucket[], ownBytesPerSecond: number | null, nowMs: number): void {
    if (ownBytesPerSecond === null) this.#own = undefined;
    else if (this.#own === undefined) this.#own = new TokenBucket(ownBytesPerSecond, nowMs);
    else this.#own.setRate(ownBytesPerSecond, nowMs);
    this.#buckets = this.#own === undefined ? shared : [...shared, this.#own];
    this.isLimited = this.#buckets.length > 0;
  }

  /** For the pacer: whether every bucket lets a block pass. */
  hasTokens(nowMs: number): boolean {
    for (const bucket of this.#buckets) if (!bucket.hasTokens(nowMs)) return false;
    return true;
  }

  /** For the pacer: milliseconds until all of them may. */
  get waitMs(): number {
    let longest = 0;
    for (const bucket of this.#buckets) longest = Math.max(longest, bucket.waitMs);
    return longest;
  }

  /** For the pacer: it is its turn for one block. */
  grant(): void {
    this.#isTurn = true;
    this.#resume();
    this.#isTurn = false;
  }
}
