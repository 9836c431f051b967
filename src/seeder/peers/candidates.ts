import type { Endpoint } from '../../bittorrent/endpoint.ts';
import { toHex } from '../../bittorrent/hex.ts';
import type { CloseReason } from '../counters.ts';
import type { EncryptionMode } from '../wire/encryption/encryption.ts';

/** Addresses that are kept for one torrent; more are passed over. */
const MAX_CANDIDATES = 1000;
/** Of them, those of whom strangers told us: they shall not keep out those that trackers name. */
export const MAX_HEARSAY = 700;
/** Addresses of no use that are remembered for one torrent, so that nobody names them anew. */
const MAX_USELESS = 1000;
/** After a failure: so long, then twice as long each time, and after so many failures no more. */
const FIRST_RETRY_MS = 5_000;
const LAST_RETRY_MS = 30 * 60_000;
const MAX_FAILURES = 8;

/** Ends after which an address is of no use: ourselves, liars, and those who are connected already. */
const FINAL_REASONS: ReadonlySet<CloseReason> = new Set(['self', 'bad-data', 'banned', 'not-bittorrent']);

/** Where a peer may be, and what is known of it. */
export interface PeerAddress extends Endpoint {
  /** It takes encrypted connections rather than plain ones, as PEX may tell (BEP 11). */
  readonly prefersEncryption?: boolean;
}

/** An address at which there may be a peer. */
export interface Candidate {
  readonly endpoint: Endpoint;
  failures: number;
  /** Not before this moment. */
  nextAtMs: number;
  /** It is being connected to, or is connected. */
  isBusy: boolean;
  /** Whether the next handshake is encrypted. */
  isEncrypted: boolean;
  /** The other way to shake hands was tried in vain just now. */
  hasFallenBack: boolean;
}

/**
 * How a peer ends a connection that does not like the handshake: many close it without a word when it is plain, or encrypted.
 * Some wait for more bytes of what they take for a plain one.
 */
const DISLIKES: ReadonlySet<CloseReason> = new Set(['remote', 'socket-error']);
const DISLIKES_ENCRYPTED: ReadonlySet<CloseReason> = new Set([
  ...DISLIKES,
  'not-bittorrent',
  'handshake-timeout',
]);

/** Where peers of one torrent may be found. */
export class Candidates {
  readonly #mode: EncryptionMode;
  readonly #byKey = new Map<string, Candidate>();
  /** Kept apart, so that they take no place of others; the oldest is forgotten when there are too many. */
  readonly #useless = new Set<string>();

  constructor(mode: EncryptionMode = 'allow') {
    this.#mode = mode;
  }

  get size(): number {
    return this.#byKey.size;
  }

  /** Adds addresses that are new, as long as there are fewer than `max`; one that was given up is tried again. Returns how many it added. */
  add(endpoints: readonly PeerAddress[], nowMs: number, max = MAX_CANDIDATES): number {
    const before = this.#byKey.size;
    for (const endpoint of endpoints) {
      if (this.#byKey.size >= max) break;
      const key = keyOf(endpoint);
      if (!this.#byKey.has(key) && !this.#useless.has(key))
        this.#byKey.set(key, {
          endpoint,
          failures: 0,
          nextAtMs: nowMs,
          isBusy: false,
          isEncrypted: this.#isMetEncrypted(endpoint),
          hasFallenBack: false,
        });
    }
    return this.#byKey.size - before;
  }

  #isMetEncrypted({ prefersEncryption = false }: PeerAddress): boolean {
    return this.#mode === 'require' || (this.#mode === 'allow' && prefersEncryption);
  }

  /** The one that has waited longest; undefined when it is nobody's turn. Mark it as busy. */
  next(nowMs: number): Candidate | undefined {
    let next: Candidate | undefined;
    for (const candidate of this.#byKey.values()) {
      if (candidate.isBusy || candidate.nextAtMs > nowMs) continue;
      if (next === undefined || candidate.nextAtMs < next.nextAtMs) next = candidate;
    }
    return next;
  }

  /**
   * The peer took the connection and ended it before its handshake: whether the other way to shake hands is to be tried at once,
   * encrypted after plain or plain after encrypted. If so, it is not busy any more.
   */
  fallsBack(candidate: Candidate, reason: CloseReason, nowMs: number): boolean {
    const dislikes = candidate.isEncrypted ? DISLIKES_ENCRYPTED : DISLIKES;
    if (this.#mode !== 'allow' || candidate.hasFallenBack || !dislikes.has(reason)) return false;
    candidate.hasFallenBack = true;
    candidate.isEncrypted = !candidate.isEncrypted;
    candidate.nextAtMs = nowMs;
    candidate.isBusy = false;
    return true;
  }

  /** It could not be connected to, or the connection is over. The way that led to a handshake is kept. */
  ended(candidate: Candidate, reason: CloseReason, hasAnswered: boolean, nowMs: number): void {
    candidate.isBusy = false;
    if (candidate.hasFallenBack && !hasAnswered) candidate.isEncrypted = !candidate.isEncrypted;
    candidate.hasFallenBack = false;
    candidate.failures = hasAnswered && reason !== 'duplicate' ? 1 : candidate.failures + 1;
    const waitMs = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** (candidate.failures - 1));
    candidate.nextAtMs = nowMs + waitMs;
    if (!FINAL_REASONS.has(reason) && candidate.failures < MAX_FAILURES) return;
    const key = keyOf(candidate.endpoint);
    this.#byKey.delete(key);
    if (FINAL_REASONS.has(reason)) this.#remember(key);
  }

  #remember(key: string): void {
    this.#useless.add(key);
    if (this.#useless.size <= MAX_USELESS) return;
    for (const oldest of this.#useless) {
      this.#useless.delete(oldest);
      return;
    }
  }
}

function keyOf({ address, port }: Endpoint): string {
  return `${toHex(address)}:${port}`;
}
