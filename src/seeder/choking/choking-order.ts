/** How the upload slots are given out when there are fewer than peers that want one. */
export const CHOKING_ORDERS = ['round-robin', 'fastest', 'anti-leech'] as const;

/**
 * `round-robin`: in turns of twenty pieces and a minute. `fastest`: to those who take data fastest. `anti-leech`: to those who have just
 * begun or are nearly done.
 */
export type ChokingOrder = (typeof CHOKING_ORDERS)[number];

/** What the choice of peers to unchoke looks at. Times in milliseconds of one clock. */
export interface SlotCandidate {
  readonly isUnchoked: boolean;
  /** When it was last unchoked or choked; 0 when never. */
  readonly changedAtMs: number;
  /** Bytes given to it since it was unchoked. */
  readonly bytesSinceUnchoke: number;
  /** Bytes given to it in all. */
  readonly uploadedBytes: number;
  readonly rateBytesPerSecond: number;
  readonly pieceLength: number;
  /** Part of the torrent that it has, 0 to 1, by its own word and by what it was given. */
  readonly believedProgress: number;
  /** What it downloads. */
  readonly torrent: object | undefined;
}

/** A peer keeps its slot for so long, and for so many pieces, before it has to share (libtorrent's round robin). */
const QUOTA_MS = 60_000;
const QUOTA_PIECES = 20;

type Comparison = (a: SlotCandidate, b: SlotCandidate, nowMs: number) => number;

/** Who comes first when slots are given out, by order. */
export const COMPARISONS: Readonly<Record<ChokingOrder, Comparison>> = {
  'round-robin': (a, b, nowMs) => byQuota(a, b, nowMs) || byPace(a, b, nowMs),
  fastest: byRate,
  'anti-leech': (a, b) => distanceFromMiddle(b) - distanceFromMiddle(a) || byRate(a, b),
};

/** Those within their quota come before those who have had it. */
export function byQuota(a: SlotCandidate, b: SlotCandidate, nowMs: number): number {
  return Number(hasQuota(a, nowMs)) - Number(hasQuota(b, nowMs));
}

/**
 * For the optimistic slots: a peer that holds one within its quota keeps it (else it would lose it in the next round, before
 * its download has begun); then those who have been choked longest.
 */
export function byWaiting(a: SlotCandidate, b: SlotCandidate, nowMs: number): number {
  const newer = Number(isNewlyServed(b, nowMs)) - Number(isNewlyServed(a, nowMs));
  return newer || Number(a.isUnchoked) - Number(b.isUnchoked) || byAge(a, b);
}

/** Whether a peer has had its slot for so short a time that it keeps an optimistic one. */
export function isNewlyServed({ isUnchoked, changedAtMs }: SlotCandidate, nowMs: number): boolean {
  return isUnchoked && nowMs - changedAtMs < QUOTA_MS / 2;
}

/** The faster, then the one that has waited longer. */
function byRate(a: SlotCandidate, b: SlotCandidate): number {
  return b.rateBytesPerSecond - a.rateBytesPerSecond || byAge(a, b);
}

/**
 * The faster by a factor of two since they were unchoked, then the one whose turn began earlier, or who has waited longer: small
 * differences between equal lines shall not end a turn early. For those who wait their rate is no matter: who has just had a turn would
 * be the next again.
 */
function byPace(a: SlotCandidate, b: SlotCandidate, nowMs: number): number {
  return paceOf(b, nowMs) - paceOf(a, nowMs) || byAge(a, b);
}

function paceOf({ isUnchoked, bytesSinceUnchoke, changedAtMs }: SlotCandidate, nowMs: number): number {
  if (!isUnchoked || bytesSinceUnchoke === 0) return 0;
  const seconds = Math.max(1, (nowMs - changedAtMs) / 1000);
  return Math.max(0, Math.round(Math.log2(bytesSinceUnchoke / seconds)));
}

/** The one that waits, or is served, for longer; of those whose slots were taken in one round the one that was given less in all. */
function byAge(a: SlotCandidate, b: SlotCandidate): number {
  return a.changedAtMs - b.changedAtMs || a.uploadedBytes - b.uploadedBytes;
}

function distanceFromMiddle({ believedProgress }: SlotCandidate): number {
  return Math.abs(believedProgress - 0.5);
}

/** Whether a peer has had its turn. */
function hasQuota(candidate: SlotCandidate, nowMs: number): boolean {
  return (
    candidate.isUnchoked &&
    nowMs - candidate.changedAtMs >= QUOTA_MS &&
    candidate.bytesSinceUnchoke >= QUOTA_PIECES * candidate.pieceLength
  );
}
