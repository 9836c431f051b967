/** What a limit is for: all that the node uploads, each torrent, each peer, or the torrent with this info-hash (40 lower-case digits). */
export type RateScope = 'node' | 'each-torrent' | 'each-peer' | (string & {});

/** A limit that somebody set while the node ran. */
export interface RateLimitRow {
  readonly scope: RateScope;
  /** A whole number; null: no limit. */
  readonly uploadBytesPerSecond: number | null;
}

/** The limits of this node's transfers, as far as they are others than its settings say. Each node has its own. */
export interface RateLimitStore {
  /** All of this node, by scope. */
  loadRateLimits(): Promise<RateLimitRow[]>;
  /** Adds the limit, or replaces the one with its scope. Committed when the promise resolves. */
  saveRateLimit(limit: RateLimitRow): Promise<void>;
  /** Resolves false, and does nothing, when there is none. The limits of a torrent go with it, on all nodes. */
  removeRateLimit(scope: RateScope): Promise<boolean>;
}
