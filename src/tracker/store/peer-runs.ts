/** Runs of slots that make up a choice of peers: start and length, one behind the other. */
export interface PeerRuns {
  /** Twice as many numbers as runs. */
  readonly runs: Int32Array;
  /** Runs in use. */
  count: number;
  /** Peers in all runs. */
  peers: number;
}

/** A ring that is cut at its end and around a skipped slot. */
const MAX_RUNS = 3;
const NONE = -1;

/** An empty choice, to be filled again and again by {@link chooseRuns}, with room for `more` runs of one peer. */
export function makePeerRuns(more = 0): PeerRuns {
  return { runs: new Int32Array((MAX_RUNS + more) * 2), count: 0, peers: 0 };
}

/**
 * Chooses up to `want` peers as contiguous runs of the ring of slots from `from` up to `to`, from a random place on, without
 * the slot `skip` (-1: none): a reply is then a few copies, and every peer is as likely as any other. `random` is in
 * [0, 1). The answer lies in `chosen`.
 */
export function chooseRuns(
  from: number,
  to: number,
  skip: number,
  want: number,
  random: number,
  chosen: PeerRuns,
): void {
  const skipped = skip >= from && skip < to ? skip : NONE; // one at the end of the ring would never let it close
  let rest = Math.max(0, Math.min(want, to - from - (skipped === NONE ? 0 : 1)));
  chosen.count = 0;
  chosen.peers = rest;
  let at = from + Math.floor(random * (to - from));
  while (rest > 0) {
    if (at === skipped) at++;
    if (at === to) {
      at = from;
      continue; // the first slot may be the skipped one
    }
    const end = Math.min(skipped > at ? skipped : to, at + rest);
    chosen.runs[chosen.count * 2] = at;
    chosen.runs[chosen.count * 2 + 1] = end - at;
    chosen.count++;
    rest -= end - at;
    at = end;
  }
}
