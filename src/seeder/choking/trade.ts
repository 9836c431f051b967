import type { SlotCandidate } from './choking-order.ts';

/** An optimistic slot is held for so long before it moves on (BEP 3). */
const OPTIMISTIC_MS = 30_000;
/** A peer that never had a slot is so many times as likely to be the next that is tried as one that waits again (BEP 3). */
const NEW_PEER_WEIGHT = 3;
/** Peers of a torrent that we lack pieces of that are served at a time while nobody knows what the line carries. */
const SLOTS_WITHOUT_LIMIT = 8;
const MIN_SLOTS = 2;

/** How the slots of torrents are given out that we lack pieces of: for blocks (BEP 3, "Peers"). */
export interface Trade<Candidate> {
  /** Whether its torrent is such a one. */
  readonly isTrading: (candidate: Candidate) => boolean;
  /** Bytes that it gave us of late. */
  readonly givenBytes: (candidate: Candidate) => number;
  /** Of one torrent; infinite when there is room for everybody. */
  readonly slotsPerTorrent: number;
  /** From 0 to 1. */
  readonly random: () => number;
}

/** There is nothing to trade for. */
export const NO_TRADE: Trade<unknown> = {
  isTrading: () => false,
  givenBytes: () => 0,
  slotsPerTorrent: Number.POSITIVE_INFINITY,
  random: () => 0,
};

/**
 * How many peers of a torrent that we lack pieces of are served at a time, by the limit on uploads in bytes a second (null: none). Few:
 * what each of them gets has to be worth an answer. The original client's rule, by the square root.
 */
export function tradingSlots(limit: number | null): number {
  return limit === null ? SLOTS_WITHOUT_LIMIT : Math.max(MIN_SLOTS, Math.floor(Math.sqrt(limit / 1700)));
}

/**
 * Who of those that have no slot by what they give comes first for an optimistic one: who has just got it keeps it; then those who
 * wait, drawn by lot; at last those who had a slot.
 */
export function byLot<Candidate extends SlotCandidate>(
  candidates: readonly Candidate[],
  random: () => number,
  nowMs: number,
): Candidate[] {
  const ranked = candidates.map((candidate) => ({ candidate, rank: rankOf(candidate, random, nowMs) }));
  return ranked.sort((a, b) => a.rank - b.rank).map(({ candidate }) => candidate);
}

function rankOf(candidate: SlotCandidate, random: () => number, nowMs: number): number {
  if (candidate.isUnchoked)
    return nowMs - candidate.changedAtMs < OPTIMISTIC_MS ? -1 : Number.POSITIVE_INFINITY;
  const weight = candidate.changedAtMs === 0 ? NEW_PEER_WEIGHT : 1;
  return -Math.log(1 - random()) / weight; // the smallest of such draws falls on each by its weight
}
