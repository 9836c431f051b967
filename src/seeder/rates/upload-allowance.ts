import { TokenBucket } from './token-bucket.ts';

/** Who decides whose turn it is. */
export interface Queue {
  /** Whether the next block may go out; when not, it is the sender's turn later. */
  admit(allowance: UploadAllowance): boolean;
  forget(allowance: UploadAllowance): void;
}

/** How an allowance is made. */
export interface AllowanceParts {
  readonly queue: Queue;
  /** The torrent's name among the limits. */
  readonly torrent: string;
  /** Limits are not for it. */
  readonly isExempt: boolean;
  /** Sends what {@link UploadAllowance.mayUpload} lets it. */
  readonly resume: () => void;
}

/** What one peer may be sent now, by the limits of itself, its torrent and the node. */
export class UploadAllowance {
  /** False: nothing binds it, and nothing else here need be called. */
  isLimited = false;
  /** For the pacer. */
  readonly torrent: string;
  readonly isExempt: boolean;
  readonly #queue: Queue;
  readonly #resume: () => void;
  #buckets: readonly TokenBucket[] = [];
  #own: TokenBucket | undefined;
  #isTurn = false;

  constructor({ queue, torrent, isExempt, resume }: AllowanceParts) {
    this.#queue = queue;
    this.torrent = torrent;
    this.isExempt = isExempt;
    this.#resume = resume;
  }

  /** Whether a block may go out now. When not, `resume` is called once one may. */
  mayUpload(): boolean {
    if (!this.#isTurn) return this.#queue.admit(this);
    this.#isTurn = false;
    return true;
  }

  /** Notes a block that goes out. */
  took(bytes: number): void {
    for (const bucket of this.#buckets) bucket.take(bytes);
  }

  /** The peer is gone. */
  close(): void {
    this.#queue.forget(this);
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

  /** For the pacer: it is its turn to send one block. */
  grant(): void {
    this.#isTurn = true;
    this.#resume();
    this.#isTurn = false;
  }
}
