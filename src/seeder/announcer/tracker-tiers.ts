import type { InfoHash } from '../../bittorrent/info-hash.ts';

/** A tracker of a torrent, and what came of it. */
export interface TrackerStatus {
  readonly url: string;
  /** By which the torrent is announced to it, 20 bytes: a hybrid has two such names, and two entries a tracker (BEP 52). */
  readonly infoHash: InfoHash;
  /** From 0: earlier tiers are asked first (BEP 12). */
  readonly tier: number;
  /** `own` is announced to within this process; `unsupported` is a scheme that we do not speak. */
  readonly state: 'waiting' | 'working' | 'failing' | 'refused' | 'own' | 'unsupported';
  /** What the tracker said, or what went wrong. */
  readonly message: string | undefined;
  /** Seeders that it counts. */
  readonly complete: number | undefined;
  /** Leechers that it counts. */
  readonly incomplete: number | undefined;
}

/** A tracker while it is in use. */
export class TierTracker implements TrackerStatus {
  readonly url: string;
  readonly infoHash: InfoHash;
  readonly tier: number;
  state: TrackerStatus['state'] = 'waiting';
  message: string | undefined;
  complete: number | undefined;
  incomplete: number | undefined;
  /** It knows of us: it is owed a `stopped`. */
  hasStarted = false;

  constructor(url: string, tier: number, infoHash: InfoHash) {
    this.url = url;
    this.infoHash = infoHash;
    this.tier = tier;
  }
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
