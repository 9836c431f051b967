/** No total is higher, in a row or a sum: it stays there, so that whatever is claimed, nothing overflows. */
export const MAX_TOTAL = Number.MAX_SAFE_INTEGER;

/** The sum of two totals, at most {@link MAX_TOTAL}. */
export function saturatedSum(a: number, b: number): number {
  return Math.min(a + b, MAX_TOTAL);
}

/** What one user did with one torrent since the batch before. Bytes and seconds are to be added to what is stored. */
export interface TrafficRow {
  readonly userId: number;
  /** 20 bytes. */
  readonly infoHash: Uint8Array;
  /** As the client counted. */
  readonly uploadedBytes: number;
  readonly downloadedBytes: number;
  /** What counts for the ratio, after freeleech and multipliers. */
  readonly creditedUpBytes: number;
  readonly creditedDownBytes: number;
  /** Claimed, but more than can be: in none of the four above. */
  readonly suspiciousBytes: number;
  readonly seedingSeconds: number;
  readonly leechingSeconds: number;
  /** Unix seconds; null: not completed now. The first one stands. */
  readonly completedAtSeconds: number | null;
  readonly lastSeenSeconds: number;
}

/** How far the counters of one client of a user are counted: the baseline of the next difference. */
export interface SessionRow {
  readonly userId: number;
  /** 20 bytes; so is the next one. */
  readonly infoHash: Uint8Array;
  readonly peerId: Uint8Array;
  readonly key: number;
  /** The client's counters at its last announce. */
  readonly uploaded: number;
  readonly downloaded: number;
  readonly isSeeder: boolean;
  /** The client said that it stopped. */
  readonly isStopped: boolean;
  /** Seconds to the next announce, as the client was told. */
  readonly intervalSeconds: number;
  readonly lastSeenSeconds: number;
}

/** Traffic and the baselines it was computed from, to be written together or not at all. */
export interface TrafficBatch {
  /** Grows with each batch of this node. A batch that is written already is not written again. */
  readonly number: number;
  /** A user and torrent stands there once. */
  readonly traffic: readonly TrafficRow[];
  /** A user, torrent and peer id stands there once. */
  readonly sessions: readonly SessionRow[];
}

/** What a user did, or did with one torrent: the sums over all nodes. */
export interface TrafficTotals {
  readonly uploadedBytes: number;
  readonly downloadedBytes: number;
  readonly creditedUpBytes: number;
  readonly creditedDownBytes: number;
  readonly suspiciousBytes: number;
  readonly seedingSeconds: number;
  readonly leechingSeconds: number;
  readonly lastSeenSeconds: number;
}

/** The totals of who has done nothing yet. */
export const NO_TRAFFIC: TrafficTotals = Object.freeze({
  uploadedBytes: 0,
  downloadedBytes: 0,
  creditedUpBytes: 0,
  creditedDownBytes: 0,
  suspiciousBytes: 0,
  seedingSeconds: 0,
  leechingSeconds: 0,
  lastSeenSeconds: 0,
});

/** What a user did in all. */
export interface UserTotals extends TrafficTotals {
  readonly userId: number;
  /** Torrents that he has had to do with. */
  readonly torrents: number;
  /** Torrents that he has completed. */
  readonly completed: number;
}

/** What a user did with one torrent. */
export interface UserTorrentTotals extends TrafficTotals {
  readonly infoHash: Uint8Array;
  readonly completedAtSeconds: number | null;
}

/** Where the reading of sessions goes on: behind this one. */
export type SessionKey = Pick<SessionRow, 'infoHash' | 'peerId' | 'userId'>;

/**
 * What users did. Each node adds to rows of its own, so that no node waits for another, and the sums over the nodes are what
 * counts.
 */
export interface TrafficStore {
  /**
   * Writes a batch in one transaction. A batch whose number is not above {@link lastTrafficBatch} changes nothing: whoever
   * does not know whether a commit came through sends the same batch again.
   */
  saveTraffic(batch: TrafficBatch): Promise<void>;
  /** The number of this node's last batch; 0 when there never was one. */
  lastTrafficBatch(): Promise<number>;
  /** Up to `limit` sessions seen at `sinceSeconds` or later, of all nodes, behind `after` (null: from the first), in a fixed order. */
  loadSessions(sinceSeconds: number, after: SessionKey | null, limit: number): Promise<SessionRow[]>;
  /** Deletes sessions that were last seen before; resolves with their number. */
  expireSessions(beforeSeconds: number): Promise<number>;
  /** What these users did; those who did nothing are left out. */
  loadUserTotals(userIds: readonly number[]): Promise<UserTotals[]>;
  /** What a user did by torrent, the last seen first: up to `limit` behind the first `skip`. */
  loadUserTorrents(userId: number, skip: number, limit: number): Promise<UserTorrentTotals[]>;
}
