import { type Endpoint, isPrivateAddress } from '../../bittorrent/endpoint.ts';
import { toHex } from '../../bittorrent/hex.ts';
import type { CloseReason } from '../counters.ts';
import type { EncryptionMode } from '../wire/encryption/encryption.ts';
import { networkOf } from './peer-names.ts';

/** Addresses that are kept for one torrent; more are passed over. */
const MAX_CANDIDATES = 1000;
/** The part of them of whom strangers told us: they shall not keep out those that trackers name. */
const MAX_HEARSAY_PART = 0.7;
/** Connections to one public address at a time, of IPv6 to one network: with one machine nobody takes all places. */
const MAX_PER_NETWORK = 4;
/** Addresses of no use that are remembered for one torrent, so that nobody names them anew. */
const MAX_USELESS = 1000;
/** After a failure: so long, then twice as long each time, and after so many failures no more. */
const FIRST_RETRY_MS = 5_000;
const LAST_RETRY_MS = 30 * 60_000;
const MAX_FAILURES = 8;
/** A connection that lasted so long was no failure; a peer that answers and soon leaves has no use for us. */
const KEPT_MS = 60_000;

/** Ends after which an address is of no use: ourselves, and liars. Who is connected already is tried again later: that connection may end. */
const FINAL_REASONS: ReadonlySet<CloseReason> = new Set(['self', 'bad-data', 'banned', 'not-bittorrent']);

/** Where a peer may be, and what is known of it. */
export interface PeerAddress extends Endpoint {
  /** It takes encrypted connections rather than plain ones, as PEX may tell (BEP 11). */
  readonly prefersEncryption?: boolean;
}

/** An address at which there may be a peer. */
export interface Candidate {
  readonly endpoint: Endpoint;
  /** Strangers told us of it. */
  readonly isHearsay: boolean;
  /** Whom its address stands for; undefined on private networks, where many may share one. */
  readonly network: string | undefined;
  /** It has shaken hands with us. */
  hasAnswered: boolean;
  failures: number;
  /** Not before this moment. */
  nextAtMs: number;
  /** It is being connected to, or is connected. */
  isBusy: boolean;
  /** When it was connected to last. */
  dialledAtMs: number;
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
  readonly #max: number;
  readonly #byKey = new Map<string, Candidate>();
  /** Kept apart, so that they take no place of others; the oldest is forgotten when there are too many. */
  readonly #useless = new Set<string>();
  /** Whether the last one was one that strangers told of. */
  #wasHearsay = true;

  constructor(mode: EncryptionMode = 'allow', max = MAX_CANDIDATES) {
    this.#mode = mode;
    this.#max = max;
  }

  get size(): number {
    return this.#byKey.size;
  }

  /**
   * Adds addresses that are new; one that was given up is tried again. When there is no room what strangers told of and could not be
   * reached goes, the most often tried first; what cannot be had room for is passed over. Returns how many it added.
   */
  add(endpoints: readonly PeerAddress[], nowMs: number, isHearsay = false): number {
    let added = 0;
    for (const endpoint of endpoints) {
      const key = keyOf(endpoint);
      if (this.#byKey.has(key) || this.#useless.has(key)) continue;
      if (this.#byKey.size >= (isHearsay ? MAX_HEARSAY_PART * this.#max : this.#max) && !this.#makeRoom())
        break;
      this.#byKey.set(key, this.#make(endpoint, nowMs, isHearsay));
      added++;
    }
    return added;
  }

  #make(endpoint: PeerAddress, nowMs: number, isHearsay: boolean): Candidate {
    return {
      endpoint,
      isHearsay,
      network: isPrivateAddress(endpoint.address) ? undefined : networkOf(endpoint.address),
      hasAnswered: false,
      failures: 0,
      nextAtMs: nowMs,
      isBusy: false,
      dialledAtMs: nowMs,
      isEncrypted: this.#isMetEncrypted(endpoint),
      hasFallenBack: false,
    };
  }

  #makeRoom(): boolean {
    let worst: Candidate | undefined;
    for (const candidate of this.#byKey.values()) {
      const { isHearsay, isBusy, hasAnswered, failures } = candidate;
      if (isHearsay && !isBusy && !hasAnswered && failures > (worst?.failures ?? 0)) worst = candidate;
    }
    return worst !== undefined && this.#byKey.delete(keyOf(worst.endpoint));
  }

  #isMetEncrypted({ prefersEncryption = false }: PeerAddress): boolean {
    return this.#mode === 'require' || (this.#mode === 'allow' && prefersEncryption);
  }

  /**
   * The one that has waited longest, in turn of those that strangers told of and of the others, so that neither keeps the other waiting;
   * undefined when it is nobody's turn. Say that it was `dialled`.
   */
  next(nowMs: number): Candidate | undefined {
    const full = this.#fullNetworks();
    const best = new Map<boolean, Candidate>();
    for (const candidate of this.#byKey.values()) {
      const { isBusy, nextAtMs, network, isHearsay } = candidate;
      if (isBusy || nextAtMs > nowMs || (network !== undefined && full.has(network))) continue;
      if (nextAtMs < (best.get(isHearsay)?.nextAtMs ?? Number.POSITIVE_INFINITY))
        best.set(isHearsay, candidate);
    }
    const next = best.get(!this.#wasHearsay) ?? best.get(this.#wasHearsay);
    if (next !== undefined) this.#wasHearsay = next.isHearsay;
    return next;
  }

  /** It is being connected to. */
  dialled(candidate: Candidate, nowMs: number): void {
    candidate.isBusy = true;
    candidate.dialledAtMs = nowMs;
  }

  /** We have left it, for reasons that are not its own: it may be connected to again at once. */
  left(candidate: Candidate, nowMs: number): void {
    candidate.isBusy = false;
    candidate.hasFallenBack = false;
    candidate.nextAtMs = nowMs;
  }

  /** Public networks to which there are as many connections as there may be. */
  #fullNetworks(): Set<string> {
    const busy = new Map<string, number>();
    for (const { isBusy, network } of this.#byKey.values())
      if (isBusy && network !== undefined) busy.set(network, (busy.get(network) ?? 0) + 1);
    return new Set([...busy].filter(([, count]) => count >= MAX_PER_NETWORK).map(([network]) => network));
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
    candidate.hasAnswered ||= hasAnswered;
    if (candidate.hasFallenBack && !hasAnswered) candidate.isEncrypted = !candidate.isEncrypted;
    candidate.hasFallenBack = false;
    const wasKept = hasAnswered && nowMs - candidate.dialledAtMs >= KEPT_MS;
    candidate.failures = wasKept ? 1 : candidate.failures + 1;
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
