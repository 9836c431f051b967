import { byQuota, byWaiting, type ChokingOrder, COMPARISONS, type SlotCandidate } from './choking-order.ts';

/** One slot in so many goes to those who have waited longest, whatever their rate: the optimistic ones (BEP 3). */
const OPTIMISTIC_SHARE = 5;

/** How many may download, and who comes first. */
export interface SlotRules {
  /** In all; infinite when there is room for everybody. */
  readonly slots: number;
  /** Of one torrent; infinite without such a bound. */
  readonly slotsPerTorrent: number;
  readonly order: ChokingOrder;
}

/**
 * Chooses who may download: everybody while there are slots. When they run short, they are given out in the order of the rules: by
 * round robin, a peer that has had its quota stands behind those that have not; among equals the faster, then the one that has waited
 * longer. One slot in five is optimistic: it goes to the peers that have waited longest, so that nobody waits for ever.
 *
 * @param candidates the interested peers.
 * @returns those to be unchoked, at most `slots`.
 */
export function chooseUnchoked<Candidate extends SlotCandidate>(
  candidates: readonly Candidate[],
  { slots, slotsPerTorrent, order }: SlotRules,
  nowMs: number,
): Set<Candidate> {
  const given = new Choice<Candidate>(slotsPerTorrent);
  if (candidates.length <= slots && slotsPerTorrent === Number.POSITIVE_INFINITY) return new Set(candidates);
  // Where the slots in all bind nobody, those of each torrent are what is scarce: they are shared in the same way.
  const scarce = Math.min(slots, candidates.length);
  const optimistic = Math.max(1, Math.floor(Math.min(scarce, slotsPerTorrent) / OPTIMISTIC_SHARE));
  const compare = COMPARISONS[order];
  given.add(
    [...candidates].sort((a, b) => compare(a, b, nowMs)),
    { upTo: scarce - optimistic, keptOfTorrent: optimistic },
  );
  const waiting = candidates.filter((candidate) => !given.chosen.has(candidate));
  const byTurn = (a: Candidate, b: Candidate): number =>
    (order === 'round-robin' ? byQuota(a, b, nowMs) : 0) || byWaiting(a, b, nowMs);
  given.add(waiting.sort(byTurn), { upTo: scarce, keptOfTorrent: 0 });
  return given.chosen;
}

/** Those chosen so far, and how many of each torrent. */
class Choice<Candidate extends SlotCandidate> {
  readonly chosen = new Set<Candidate>();
  readonly #slotsPerTorrent: number;
  readonly #ofTorrent = new Map<object | undefined, number>();

  constructor(slotsPerTorrent: number) {
    this.#slotsPerTorrent = slotsPerTorrent;
  }

  /** Adds candidates in their order until `upTo` are chosen; of a torrent, `keptOfTorrent` slots stay free. */
  add(
    ranked: readonly Candidate[],
    { upTo, keptOfTorrent }: { readonly upTo: number; readonly keptOfTorrent: number },
  ): void {
    for (const candidate of ranked) {
      if (this.chosen.size >= upTo) return;
      const count = this.#ofTorrent.get(candidate.torrent) ?? 0;
      if (count >= this.#slotsPerTorrent - keptOfTorrent) continue;
      this.#ofTorrent.set(candidate.torrent, count + 1);
      this.chosen.add(candidate);
    }
  }
}
