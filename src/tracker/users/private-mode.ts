import type { AnnounceRequest } from '../../bittorrent/announce-request.ts';
import type { AnnounceReply, FailureReply } from '../../bittorrent/announce-response.ts';
import type { PeerState } from '../../persistence/peer-journal.ts';
import type { AnnounceContext, ScrapeContext } from '../announce-context.ts';
import type { AnnounceRule } from '../announce-rule.ts';
import { SEEDER } from './session-columns.ts';
import type { TrafficAccounts } from './traffic-accounts.ts';
import type { User, UserRegistry } from './user-registry.ts';

/** What private mode is made of. */
export interface PrivateModeParts {
  readonly users: UserRegistry;
  readonly accounts: TrafficAccounts;
  /** Unix seconds. */
  readonly clock: () => number;
  readonly limits: PrivateLimits;
}

/** Bounds on what one user does; 0 is no bound. */
export interface PrivateLimits {
  /** Clients in one torrent at the same time. */
  readonly maxPeersPerTorrent: number;
  /** Torrents that are downloaded at the same time. */
  readonly maxLeeching: number;
}

/** Announces and scrapes that were refused, by reason. */
export interface PrivateCounters {
  unknownPasskey: number;
  disabled: number;
  expired: number;
  tooManyPeers: number;
  tooManyDownloads: number;
}

const NONE = -1;
/** Somebody may be let in again: the client asks again after half an hour, without being told to give up (BEP 31). */
const AGAIN = { retryInSeconds: 1800, intervalSeconds: 1800 };
/** Another client of the user may have left by then. */
const SOON = { retryInSeconds: 300, intervalSeconds: 300 };

// The same object each time: front ends encode it once. A torrent without a passkey will never have one: `retry in` never. A passkey
// that is not known may be one that another node was told of just now.
const NO_PASSKEY: FailureReply = Object.freeze({
  reason: 'this tracker is private: the announce URL needs your passkey',
});
const UNKNOWN: FailureReply = Object.freeze({ reason: 'unknown passkey', ...AGAIN });
const DISABLED: FailureReply = Object.freeze({ reason: 'account disabled', ...AGAIN });
const EXPIRED: FailureReply = Object.freeze({ reason: 'account expired', ...AGAIN });
const UDP_SCRAPE: FailureReply = Object.freeze({
  reason: 'this tracker is private, and a scrape over UDP cannot carry a passkey: use HTTP',
});

/**
 * A tracker for its users alone: announces and scrapes need the passkey of a user that is enabled and not expired. What users do is
 * counted, and bounded.
 */
export class PrivateMode implements AnnounceRule {
  readonly counters: PrivateCounters = {
    unknownPasskey: 0,
    disabled: 0,
    expired: 0,
    tooManyPeers: 0,
    tooManyDownloads: 0,
  };
  readonly #parts: PrivateModeParts;
  readonly #tooManyPeers: FailureReply;
  readonly #tooManyDownloads: FailureReply;
  /** The user of the announce that is being answered. */
  #user: User | undefined;
  /** His session, -1 when he has none yet: looked up once an announce. */
  #session = NONE;

  constructor(parts: PrivateModeParts) {
    this.#parts = parts;
    const { maxPeersPerTorrent, maxLeeching } = parts.limits;
    this.#tooManyPeers = Object.freeze({
      reason: `you have ${maxPeersPerTorrent} clients in this torrent already: stop one`,
      ...SOON,
    });
    this.#tooManyDownloads = Object.freeze({
      reason: `you download ${maxLeeching} torrents already: finish or stop one`,
      ...SOON,
    });
  }

  /** Whether a passkey is that of a user who is let in now. */
  isMember(passkey: string): boolean {
    const user = this.#parts.users.find(passkey);
    return user !== undefined && isLetIn(user, this.#parts.clock());
  }

  refusalOf(request: AnnounceRequest, context: AnnounceContext): FailureReply | undefined {
    const user = this.#parts.users.find(context.passkey);
    const refusal = this.#refusalOf(user, context.passkey);
    if (refusal !== undefined || user === undefined) return refusal;
    this.#user = user;
    this.#session = this.#parts.accounts.sessionOf(user, request);
    return request.event === 'stopped' ? undefined : this.#limitReached(user, request);
  }

  scrapeRefusalOf({ passkey, protocol }: ScrapeContext): FailureReply | undefined {
    if (protocol === 'udp') return UDP_SCRAPE; // BEP 41 is for announces
    return this.#refusalOf(this.#parts.users.find(passkey), passkey);
  }

  accepted(request: AnnounceRequest, _context: AnnounceContext, reply: AnnounceReply): void {
    const user = this.#user;
    this.#user = undefined;
    if (user !== undefined) this.#parts.accounts.count(user, request, this.#session, reply.intervalSeconds);
  }

  observed(infoHash: Uint8Array, peer: PeerState): void {
    this.#parts.accounts.observe(infoHash, peer);
  }

  departed(infoHash: Uint8Array, peerId: Uint8Array): void {
    this.#parts.accounts.observeGone(infoHash, peerId);
  }

  #refusalOf(user: User | undefined, passkey: string | undefined): FailureReply | undefined {
    if (user === undefined) {
      this.counters.unknownPasskey++;
      return passkey === undefined ? NO_PASSKEY : UNKNOWN;
    }
    if (!user.isEnabled) {
      this.counters.disabled++;
      return DISABLED;
    }
    if (!isLetIn(user, this.#parts.clock())) {
      this.counters.expired++;
      return EXPIRED;
    }
    return undefined;
  }

  /** A client with addresses of both families is one client: it has one peer id. */
  #limitReached({ id }: User, { infoHash, left }: AnnounceRequest): FailureReply | undefined {
    const { accounts, limits } = this.#parts;
    const slot = this.#session;
    const isLive = slot >= 0 && accounts.isLive(slot);
    if (!isLive && limits.maxPeersPerTorrent > 0) {
      if (this.#liveIn(infoHash, id) >= limits.maxPeersPerTorrent) {
        this.counters.tooManyPeers++;
        return this.#tooManyPeers;
      }
    }
    if (left === 0 || limits.maxLeeching === 0 || (isLive && !this.#isSeeder(slot))) return undefined;
    if (this.#downloads(infoHash, id) < limits.maxLeeching) return undefined;
    this.counters.tooManyDownloads++;
    return this.#tooManyDownloads;
  }

  #liveIn(infoHash: Uint8Array, userId: number): number {
    const { accounts } = this.#parts;
    let live = 0;
    for (const slot of accounts.sessions.ofUserInTorrent(userId, infoHash)) if (accounts.isLive(slot)) live++;
    return live;
  }

  /** Other torrents that the user is downloading. Nobody downloads many at once, so the list is short: it stops at the limit. */
  #downloads(infoHash: Uint8Array, userId: number): number {
    const { accounts, limits } = this.#parts;
    const others = new Set<string>();
    const own = Buffer.from(infoHash).toString('hex');
    for (const slot of accounts.sessions.ofUser(userId)) {
      if (this.#isSeeder(slot) || !accounts.isLive(slot)) continue;
      const hex = Buffer.from(accounts.sessions.infoHashAt(slot)).toString('hex');
      if (hex !== own) others.add(hex);
      if (others.size >= limits.maxLeeching) break;
    }
    return others.size;
  }

  #isSeeder(slot: number): boolean {
    return ((this.#parts.accounts.sessions.columns.flags[slot] as number) & SEEDER) !== 0; // a slot in use
  }
}

function isLetIn({ isEnabled, expiresAtSeconds }: User, nowSeconds: number): boolean {
  return isEnabled && (expiresAtSeconds === null || nowSeconds < expiresAtSeconds);
}
