/** What the choice of peers to unchoke looks at. Times in milliseconds of one clock. */
export interface SlotCandidate {
  readonly isUnchoked: boolean;
  /** When it was last unchoked or choked; 0 when never. */
  readonly changedAtMs: number;
  /** Bytes given to it since it was unchoked. */
  readonly bytesSinceUnchoke: number;
  readonly rateBytesPerSecond: number;
  readonly pieceLength: number;
}

/** A peer keeps its slot for so long, and for so many pieces, before it has to share (libtorrent's round robin). */
const QUOTA_MS = 60_000;
const QUOTA_PIECES = 20;
/** One slot in so many goes to those who have waited longest, whatever their rate: the optimistic ones (BEP 3). */
const OPTIMISTIC_SHARE = 5;

/**
 * Chooses who may download (seeding, round robin): everybody while there are slots. When they run short, a peer that has had
 * its quota stands behind those that have not; among equals the faster, then the one that has waited longer. One slot in five is
 * optimistic: it goes to the peers that have waited longest, so that nobody waits for ever.
 *
 * @param candidates the interested peers.
 * @returns those to be unchoked, at most `slots`.
 */
export function chooseUnchoked<Candidate extends SlotCandidate>(
  candidates: readonly Candidate[],
  slots: number,
  nowMs: number,
): Set<Candidate> {
  if (candidates.length <= slots) return new Set(candidates);
  const optimistic = Math.max(1, Math.floor(slots / OPTIMISTIC_SHARE));
  const ranked = [...candidates].sort((a, b) => byTurn(a, b, nowMs));
  const chosen = new Set(ranked.slice(0, slots - optimistic));
  const waiting = candidates
    .filter((candidate) => !chosen.has(candidate))
    .sort((a, b) => Number(hasQuota(a, nowMs)) - Number(hasQuota(b, nowMs)) || byWaiting(a, b, nowMs));
  for (const candidate of waiting.slice(0, optimistic)) chosen.add(candidate);
  return chosen;
}

function byTurn(a: SlotCandidate, b: SlotCandidate, nowMs: number): number {
  return (
    Number(hasQuota(a, nowMs)) - Number(hasQuota(b, nowMs)) ||
    b.rateBytesPerSecond - a.rateBytesPerSecond ||
    a.changedAtMs - b.changedAtMs
  );
}

/**
 * For the optimistic slots: a peer that holds one within its quota keeps it (else it would lose it in the next round, before
 * its download has begun); then those who have been choked longest.
 */
function byWaiting(a: SlotCandidate, b: SlotCandidate, nowMs: number): number {
  const isNewA = a.isUnchoked && nowMs - a.changedAtMs < QUOTA_MS / 2;
  const isNewB = b.isUnchoked && nowMs - b.changedAtMs < QUOTA_MS / 2;
  return (
    Number(isNewB) - Number(isNewA) ||
    Number(a.isUnchoked) - Number(b.isUnchoked) ||
    a.changedAtMs - b.changedAtMs
  );
}

/** Whether a peer has had its turn. */
function hasQuota(candidate: SlotCandidate, nowMs: number): boolean {
  return (
    candidate.isUnchoked &&
    nowMs - candidate.changedAtMs >= QUOTA_MS &&
    candidate.bytesSinceUnchoke >= QUOTA_PIECES * candidate.pieceLength
  );
}
