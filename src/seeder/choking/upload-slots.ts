import {
  byQuota,
  byWaiting,
  type ChokingOrder,
  COMPARISONS,
  isNewlyServed,
  type SlotCandidate,
} from './choking-order.ts';
import type { Standing } from './slot-use.ts';
import { byLot, NO_TRADE, type Trade } from './trade.ts';

/** One slot in so many goes to those who have waited longest, whatever their rate: the optimistic ones (BEP 3). */
const OPTIMISTIC_SHARE = 5;

/** How many may download, and who comes first. */
export interface SlotRules<Candidate> {
  /** In all; infinite when there is room for everybody. */
  readonly slots: number;
  /** Of one torrent; infinite without such a bound. */
  readonly slotsPerTorrent: number;
  /** Among the peers of torrents that we have whole. */
  readonly order: ChokingOrder;
  /** For the others; left out: there are none. */
  readonly trade?: Trade<Candidate>;
  /** Who asks for blocks, and who does not; left out: all do. */
  readonly standing?: (candidate: Candidate) => Standing;
}

/**
 * Chooses who may download: everybody while there are slots. When they run short, those come first who gave us most of a torrent that we
 * lack pieces of. The others come in the order of the rules: by round robin, a peer that has had its quota stands behind those that
 * have not; among equals the one that is twice as fast, then the one that has waited longer. One slot in five is optimistic: it goes to the peers that
 * have waited longest, or for a torrent that we lack pieces of by lot, so that nobody waits for ever.
 *
 * Who asks for nothing stands behind all that do, whatever the order, but for what it gave us. Those that have waited for another chance get it
 * in every other optimistic slot that is given anew, and all of them in slots that nobody else wants.
 *
 * @param candidates the interested peers.
 * @returns those to be unchoked, at most `slots`.
 */
export function chooseUnchoked<Candidate extends SlotCandidate>(
  candidates: readonly Candidate[],
  rules: SlotRules<Candidate>,
  nowMs: number,
): Set<Candidate> {
  const { slots, slotsPerTorrent, order, trade = NO_TRADE } = rules;
  const slotsOf = (candidate: Candidate): number =>
    trade.isTrading(candidate) ? Math.min(slotsPerTorrent, trade.slotsPerTorrent) : slotsPerTorrent;
  const isBound = candidates.some((candidate) => slotsOf(candidate) !== Number.POSITIVE_INFINITY);
  if (candidates.length <= slots && !isBound) return new Set(candidates);
  // Where the slots in all bind nobody, those of each torrent are what is scarce: they are shared in the same way.
  const scarce = Math.min(slots, candidates.length);
  const optimisticOf = (bound: number): number =>
    Math.max(1, Math.floor(Math.min(scarce, bound) / OPTIMISTIC_SHARE));
  const given = new Choice<Candidate>();
  const compare = COMPARISONS[order];
  const gave = new Map(candidates.map((one) => [one, trade.isTrading(one) ? trade.givenBytes(one) : 0]));
  const standings = new Map(candidates.map((one) => [one, rules.standing?.(one) ?? 'ready']));
  const byGiven = (a: Candidate, b: Candidate): number =>
    (gave.get(b) ?? 0) - (gave.get(a) ?? 0) ||
    standsBack(a, standings) - standsBack(b, standings) ||
    compare(a, b, nowMs);
  const regularOf = (candidate: Candidate): number => slotsOf(candidate) - optimisticOf(slotsOf(candidate));
  given.add([...candidates].sort(byGiven), scarce - optimisticOf(slotsPerTorrent), regularOf);
  const waiting = candidates.filter((candidate) => !given.chosen.has(candidate));
  given.add(optimistic(waiting, { order, trade, standings, nowMs }), scarce, slotsOf);
  return given.chosen;
}

type Standings<Candidate> = ReadonlyMap<Candidate, Standing>;

/** 0: it asks for blocks. The others come behind; who has a slot that nobody else wants keeps it. */
function standsBack<Candidate extends SlotCandidate>(
  candidate: Candidate,
  standings: Standings<Candidate>,
): number {
  if (standings.get(candidate) === 'ready') return 0;
  return candidate.isUnchoked ? 1 : 2;
}

/** Those that have no regular slot, in the order in which they get an optimistic one. */
function optimistic<Candidate extends SlotCandidate>(
  waiting: readonly Candidate[],
  {
    order,
    trade,
    standings,
    nowMs,
  }: {
    readonly order: ChokingOrder;
    readonly trade: Trade<Candidate>;
    readonly standings: Standings<Candidate>;
    readonly nowMs: number;
  },
): Candidate[] {
  const byTurn = (a: Candidate, b: Candidate): number =>
    (order === 'round-robin' ? byQuota(a, b, nowMs) : 0) || byWaiting(a, b, nowMs);
  const those = (standing: Standing): Candidate[] => {
    const all = waiting.filter((candidate) => standings.get(candidate) === standing);
    const seeding = all.filter((candidate) => !trade.isTrading(candidate)).sort(byTurn);
    return byTurns(seeding, byLot(all.filter(trade.isTrading), trade.random, nowMs));
  };
  const idle = those('idle').sort((a, b) => standsBack(a, standings) - standsBack(b, standings));
  const ready = those('ready');
  const kept = ready.filter((candidate) => isNewlyServed(candidate, nowMs));
  const others = ready.filter((candidate) => !isNewlyServed(candidate, nowMs));
  return [...kept, ...byTurns(others, those('retrying')), ...idle];
}

/** Those chosen so far, and how many of each torrent. */
class Choice<Candidate extends SlotCandidate> {
  readonly chosen = new Set<Candidate>();
  readonly #ofTorrent = new Map<object | undefined, number>();

  /** Adds candidates in their order until `upTo` are chosen, of a torrent no more than `boundOf` says. */
  add(ranked: readonly Candidate[], upTo: number, boundOf: (candidate: Candidate) => number): void {
    for (const candidate of ranked) {
      if (this.chosen.size >= upTo) return;
      const count = this.#ofTorrent.get(candidate.torrent) ?? 0;
      if (count >= boundOf(candidate)) continue;
      this.#ofTorrent.set(candidate.torrent, count + 1);
      this.chosen.add(candidate);
    }
  }
}

/** One of the first, one of the second, and so on. */
export function byTurns<T>(first: readonly T[], second: readonly T[]): T[] {
  const all: T[] = [];
  for (let at = 0; at < Math.max(first.length, second.length); at++)
    all.push(...first.slice(at, at + 1), ...second.slice(at, at + 1));
  return all;
}
