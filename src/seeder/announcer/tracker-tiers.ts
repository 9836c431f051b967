import type { TrackerReply } from '../../bittorrent/announce-response.ts';
import type { Endpoint } from '../../bittorrent/endpoint.ts';
import type { InfoHash } from '../../bittorrent/info-hash.ts';

/** A tracker of a torrent, and what came of it. */
export interface TrackerStatus {
  readonly url: string;
  /** By which the torrent is announced to it, 20 bytes: a hybrid has two such names, and two entries a tracker (BEP 52). */
  readonly infoHash: InfoHash;
  /** From 0: earlier tiers are asked first (BEP 12). */
  readonly tier: number;
  /**
   * `idle`: the torrent is not announced now; `waiting`: it has not been asked yet; `refused`: it wants to hear no more of the torrent;
   * `own` is announced to within this process; `unsupported` is a scheme that we do not speak.
   */
  readonly state: 'idle' | 'waiting' | 'working' | 'failing' | 'refused' | 'own' | 'unsupported';
  /** What the tracker said, or what went wrong. */
  readonly message: string | undefined;
  /** Seeders that it counts. */
  readonly complete: number | undefined;
  /** Leechers that it counts. */
  readonly incomplete: number | undefined;
  /** The peers that it named last, a hundred of them at most; none while nothing is missing, for then none are asked for. */
  readonly peers: readonly Endpoint[];
  /** Announces that failed since the last that did not. */
  readonly failures: number;
  /** What went wrong last, also when it has answered since; undefined when nothing ever has. */
  readonly lastError: string | undefined;
  readonly secondsSinceError: number | undefined;
  /** Since the last announce began; undefined when there was none. */
  readonly secondsSinceAnnounce: number | undefined;
  /** Until the next; undefined for a tracker that is asked only when those before it fail (BEP 12), and while one is under way. */
  readonly secondsUntilAnnounce: number | undefined;
}

/** Peers that are kept of an answer. */
const MAX_PEERS = 100;

/** A tracker while it is in use. */
export class TierTracker {
  readonly url: string;
  readonly infoHash: InfoHash;
  readonly tier: number;
  state: TrackerStatus['state'] = 'waiting';
  message: string | undefined;
  complete: number | undefined;
  incomplete: number | undefined;
  peers: readonly Endpoint[] = [];
  failures = 0;
  lastError: string | undefined;
  failedAtMs: number | undefined;
  /** When it was asked last, by the clock of the node, and when it will be. */
  askedAtMs: number | undefined;
  dueAtMs: number | undefined;
  /** It knows of us: it is owed a `stopped`. */
  hasStarted = false;

  constructor(url: string, tier: number, infoHash: InfoHash) {
    this.url = url;
    this.infoHash = infoHash;
    this.tier = tier;
  }

  /** How it stands with it now. */
  statusAt(nowMs: number): TrackerStatus {
    const { url, infoHash, tier, state, message, complete, incomplete, peers, failures, lastError } = this;
    const { askedAtMs, dueAtMs, failedAtMs } = this;
    const secondsSince = (atMs: number | undefined): number | undefined =>
      atMs === undefined ? undefined : (nowMs - atMs) / 1000;
    return {
      ...{ url, infoHash, tier, state, message, complete, incomplete, peers, failures, lastError },
      secondsSinceError: secondsSince(failedAtMs),
      secondsSinceAnnounce: secondsSince(askedAtMs),
      secondsUntilAnnounce: dueAtMs === undefined ? undefined : Math.max(0, (dueAtMs - nowMs) / 1000),
    };
  }

  /** It answered with peers. */
  answered({ complete, incomplete, peers, warning }: TrackerReply): void {
    this.state = 'working';
    this.hasStarted = true;
    this.failures = 0;
    this.message = warning;
    this.complete = complete;
    this.incomplete = incomplete;
    this.peers = peers.slice(0, MAX_PEERS);
  }

  /** An announce came to nothing. */
  failed(state: 'failing' | 'refused', message: string, nowMs: number): void {
    this.state = state;
    this.message = message;
    this.lastError = message;
    this.failedAtMs = nowMs;
    this.failures++;
  }
}

/** The trackers that a torrent names, while it is announced to none of them. */
export function idleTrackers(tiers: readonly (readonly string[])[], infoHash: InfoHash): TrackerStatus[] {
  const none = { message: undefined, complete: undefined, incomplete: undefined, peers: [], failures: 0 };
  const never = {
    lastError: undefined,
    secondsSinceError: undefined,
    secondsSinceAnnounce: undefined,
    secondsUntilAnnounce: undefined,
  };
  return tiers.flatMap((urls, tier) =>
    urls.map((url) => ({ url, infoHash, tier, state: 'idle' as const, ...none, ...never })),
  );
}

/** The trackers of a torrent in the order in which they are tried (BEP 12). */
export class TrackerTiers {
  readonly #tiers: TierTracker[][];

  /** @param random from 0 to 1, for shuffling within a tier. @param infoHash by which the torrent is announced. */
  constructor(tiers: readonly (readonly string[])[], random: () => number, infoHash: InfoHash) {
    const seen = new Set<string>();
    this.#tiers = tiers.map((urls, tier) => {
      const fresh = urls.filter((url) => !seen.has(url) && seen.add(url));
      return shuffled(fresh, random).map((url) => new TierTracker(url, tier, infoHash));
    });
  }

  /** All, in the order in which they are tried. */
  all(): TierTracker[] {
    return this.#tiers.flat();
  }

  /** BEP 12: a tracker that worked is tried first in its tier from now on. */
  promote(tracker: TierTracker): void {
    const tier = this.#tiers[tracker.tier];
    const at = tier?.indexOf(tracker) ?? -1;
    if (tier === undefined || at <= 0) return;
    tier.splice(at, 1);
    tier.unshift(tracker);
  }
}

/** Fisher and Yates. */
function shuffled<T>(values: readonly T[], random: () => number): T[] {
  const result = [...values];
  for (let at = result.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [result[at], result[other]] = [result[other] as T, result[at] as T]; // both within the array
  }
  return result;
}
