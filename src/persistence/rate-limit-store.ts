/** What a limit is for: all of the node, each torrent, each peer, or the torrent with this info-hash (40 lower-case digits). */
export type RateScope = 'node' | 'each-torrent' | 'each-peer' | (string & {});

/** The directions of a transfer, each with limits of its own. */
export const RATE_DIRECTIONS = ['upload', 'download'] as const;

/** What a limit binds. */
export type RateDirection = (typeof RATE_DIRECTIONS)[number];

/** A limit that somebody set while the node ran. */
export interface RateLimitRow {
  readonly direction: RateDirection;
  readonly scope: RateScope;
  /** A whole number; null: no limit. */
  readonly bytesPerSecond: number | null;
}

/** The limits of this node's transfers, as far as they are others than its settings say. Each node has its own. */
export interface RateLimitStore {
  /** All of this node: those of uploads first, each by scope. */
  loadRateLimits(): Promise<RateLimitRow[]>;
  /** Adds the limit, or replaces the one with its direction and scope. Committed when the promise resolves. */
  saveRateLimit(limit: RateLimitRow): Promise<void>;
  /** Resolves false, and does nothing, when there is none. The limits of a torrent go with it, on all nodes. */
  removeRateLimit(direction: RateDirection, scope: RateScope): Promise<boolean>;
}
