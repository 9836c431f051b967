import { infoHashToHex } from '../bittorrent/info-hash.ts';
import { NO_TRAFFIC, type TrafficTotals, type UserTorrentTotals } from '../persistence/traffic-store.ts';
import type { UserState } from './users.ts';

/** What was done, as the control API shows it. Times are ISO 8601. */
export interface TrafficView {
  readonly uploadedBytes: number;
  readonly downloadedBytes: number;
  /** What counts for the ratio. */
  readonly creditedUpBytes: number;
  readonly creditedDownBytes: number;
  /** Credited upload to credited download; null when nothing was downloaded. */
  readonly ratio: number | null;
  /** Claimed, but faster than can be. */
  readonly suspiciousBytes: number;
  readonly seedingSeconds: number;
  readonly leechingSeconds: number;
  readonly lastSeenAt: string | null;
}

/** A user as the control API shows him. */
export interface UserView extends TrafficView {
  readonly id: number;
  readonly name: string;
  readonly state: 'active' | 'disabled' | 'expired';
  readonly isEnabled: boolean;
  readonly expiresAt: string | null;
  readonly createdAt: string;
  /** Torrents that he has had to do with, and those that he has completed. */
  readonly torrents: number;
  readonly completed: number;
  /** Clients that are there now. */
  readonly seedingNow: number;
  readonly leechingNow: number;
}

/** One user, with what only he should know. */
export interface UserDetailView extends UserView {
  readonly passkey: string;
  /** What he puts into his torrents, the first one first. */
  readonly announceUrls: readonly string[];
}

/** What a user did with one torrent. */
export interface UserTorrentView extends TrafficView {
  readonly infoHash: string;
  readonly completedAt: string | null;
}

/** Shows a user to whoever may see all of them. */
export function userView({ user, totals, seedingNow, leechingNow }: UserState, nowSeconds: number): UserView {
  const { id, name, isEnabled, expiresAtSeconds, createdAtSeconds } = user;
  const isExpired = expiresAtSeconds !== null && expiresAtSeconds <= nowSeconds;
  return {
    id,
    name,
    state: isEnabled ? (isExpired ? 'expired' : 'active') : 'disabled',
    isEnabled,
    expiresAt: timeOf(expiresAtSeconds),
    createdAt: timeOf(createdAtSeconds) ?? '',
    ...trafficView(totals ?? NO_TRAFFIC),
    torrents: totals?.torrents ?? 0,
    completed: totals?.completed ?? 0,
    seedingNow,
    leechingNow,
  };
}

/** Shows what a user did with a torrent. */
export function userTorrentView(torrent: UserTorrentTotals): UserTorrentView {
  return {
    infoHash: infoHashToHex(torrent.infoHash),
    ...trafficView(torrent),
    completedAt: timeOf(torrent.completedAtSeconds),
  };
}

function trafficView(totals: TrafficTotals): TrafficView {
  const { creditedUpBytes, creditedDownBytes } = totals;
  return {
    uploadedBytes: totals.uploadedBytes,
    downloadedBytes: totals.downloadedBytes,
    creditedUpBytes,
    creditedDownBytes,
    ratio: creditedDownBytes === 0 ? null : creditedUpBytes / creditedDownBytes,
    suspiciousBytes: totals.suspiciousBytes,
    seedingSeconds: totals.seedingSeconds,
    leechingSeconds: totals.leechingSeconds,
    lastSeenAt: totals.lastSeenSeconds === 0 ? null : timeOf(totals.lastSeenSeconds),
  };
}

/** ISO 8601; null for never. */
export function timeOf(seconds: number | null): string | null {
  return seconds === null ? null : new Date(seconds * 1000).toISOString();
}
