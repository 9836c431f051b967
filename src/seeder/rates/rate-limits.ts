import { SeederError } from '../errors.ts';

/** The limits of a node on what it uploads, or on what it downloads, in bytes a second; null: none. */
export interface TransferLimits {
  /** Of all peers together. */
  readonly node: number | null;
  /** Of each torrent that has no limit of its own. */
  readonly eachTorrent: number | null;
  readonly eachPeer: number | null;
}

/** No limits. */
export const NO_LIMITS: TransferLimits = Object.freeze({
  node: null,
  eachTorrent: null,
  eachPeer: null,
});

/** Below it a block of 16 KiB takes longer than clients wait for one. */
export const MIN_RATE_BYTES_PER_SECOND = 1024;

/** Far beyond any line. */
export const MAX_RATE_BYTES_PER_SECOND = 1e12;

/** The limits of one torrent, in bytes a second; null: none of its own, `default`: that of each torrent. What is left out stays. */
export interface TorrentLimits {
  readonly uploadBytesPerSecond?: number | null | 'default';
  readonly downloadBytesPerSecond?: number | null | 'default';
}

/** @throws {SeederError} ERR_RATE_LIMIT when a number can be no limit. */
export function requireRateLimit(bytesPerSecond: number): void {
  if (isRateLimit(bytesPerSecond)) return;
  throw new SeederError(
    'ERR_RATE_LIMIT',
    `${bytesPerSecond} bytes a second can be no limit: it is a number from ${MIN_RATE_BYTES_PER_SECOND} to ${MAX_RATE_BYTES_PER_SECOND}, or null for none`,
  );
}

/** Whether a number can be a limit. */
export function isRateLimit(value: number): boolean {
  return Number.isFinite(value) && value >= MIN_RATE_BYTES_PER_SECOND && value <= MAX_RATE_BYTES_PER_SECOND;
}
