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

/** Whether a number can be a limit. */
export function isRateLimit(value: number): boolean {
  return Number.isFinite(value) && value >= MIN_RATE_BYTES_PER_SECOND && value <= MAX_RATE_BYTES_PER_SECOND;
}
