import type { SwarmStore } from '../store/swarm-store.ts';
import { REFUSED, REGISTERED } from '../store/swarm-table.ts';
import { RowRound } from './row-round.ts';
import type { TorrentAccess } from './torrent-access.ts';

/** There is no such swarm, and may be none. */
export const NOT_TRACKED = -1;
/** There might be such a swarm, but there is no room for another. */
export const NO_ROOM = -2;

/** What removing a peer costs in looks at a swarm. */
const REMOVAL_COST = 10;
/** Swarms that one step looks at: about 5 ms. */
const STEP_BUDGET = 20_000;

/**
 * Lets swarms come to be as the access rules say, and takes down those that they no longer allow. Whoever finds a swarm need not
 * ask the rules again: one that is not allowed does not exist, or carries the REFUSED flag. Only while a change of the rules is
 * still being carried out, they are asked at each announce.
 */
export class SwarmGate {
  readonly access: TorrentAccess;
  readonly #store: SwarmStore;
  /** The rows that are still to be looked at since the rules changed. */
  readonly #round = new RowRound();

  constructor(store: SwarmStore, access: TorrentAccess) {
    this.#store = store;
    this.access = access;
  }

  /** The row of a swarm that may be announced to; made when there is none. NOT_TRACKED or NO_ROOM otherwise. */
  rowFor(infoHash: Uint8Array): number {
    const row = this.#store.swarms.find(infoHash);
    if (row >= 0) return this.#isAnnounceable(row, infoHash) ? row : NOT_TRACKED;
    if (!this.access.admits(infoHash)) return NOT_TRACKED;
    const added = this.#store.addSwarm(infoHash);
    return added < 0 ? NO_ROOM : added;
  }

  /** Whether a torrent is registered, by either of its names. */
  isRegistered(infoHash: Uint8Array): boolean {
    const row = this.#store.swarms.find(infoHash);
    return row >= 0 && this.#store.hasFlag(row, REGISTERED);
  }

  /** Whether announces of a torrent are let in, as the rules stand now. */
  isTracked(infoHash: Uint8Array): boolean {
    const row = this.#store.swarms.find(infoHash);
    return row >= 0 ? this.#isAnnounceable(row, infoHash) : this.access.admits(infoHash);
  }

  /** A torrent was registered, or is no longer: brings its row in line with the rules. */
  review(infoHash: Uint8Array): void {
    const row = this.#store.swarms.find(infoHash);
    if (row >= 0 && this.#reviewRow(row, STEP_BUDGET) <= 0) this.reviewAll();
  }

  /** The rules have changed: until {@link step} has gone once round, each announce asks them. */
  reviewAll(): void {
    this.#round.begin(this.#store.swarms.rows);
  }

  /** Looks at the next swarms, and empties those that are not allowed. Returns whether there is more to do. */
  step(): boolean {
    const round = this.#round;
    for (let budget = STEP_BUDGET; budget > 0 && !round.isOver; budget--) {
      if (this.#store.isInUse(round.row)) budget = this.#reviewRow(round.row, budget);
      if (budget <= 0) break; // the swarm may have peers left
      round.next();
    }
    return !round.isOver;
  }

  #isAnnounceable(row: number, infoHash: Uint8Array): boolean {
    return this.#round.isOver ? !this.#store.hasFlag(row, REFUSED) : this.#isAllowed(row, infoHash);
  }

  #isAllowed(row: number, infoHash: Uint8Array): boolean {
    if (!this.#store.hasFlag(row, REGISTERED)) return this.access.admits(infoHash);
    // A hybrid torrent (BEP 52) has two names, and is denied by either.
    const { aliases } = this.#store.swarms;
    const alias = aliases.size === 0 ? undefined : (aliases.aliasOf(infoHash) ?? aliases.nameOf(infoHash));
    return (
      this.access.admitsRegistered(infoHash) && (alias === undefined || this.access.admitsRegistered(alias))
    );
  }

  /**
   * Flags the swarm of a row, or takes its flag away, and removes its peers when it is refused; one that is not registered goes
   * with the last of them. Returns what is left of the budget.
   */
  #reviewRow(row: number, budget: number): number {
    const store = this.#store;
    const isRefused = !this.#isAllowed(row, store.swarms.infoHashAt(row));
    store.setFlag(row, REFUSED, isRefused);
    if (!isRefused) return budget;
    const removed = store.removePeers(row, Math.ceil(budget / REMOVAL_COST));
    return budget - removed * REMOVAL_COST;
  }
}
