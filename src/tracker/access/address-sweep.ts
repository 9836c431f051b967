import type { PeerArena } from '../store/peer-arena.ts';
import type { SwarmStore } from '../store/swarm-store.ts';
import type { AddressRule } from './address-rule.ts';
import { RowRound } from './row-round.ts';

/** What removing a peer costs in looks at one. */
const REMOVAL_COST = 10;
/** Peers that one step looks at: about 5 ms. */
const STEP_BUDGET = 20_000;

/**
 * Takes out the peers whose addresses have come to be denied since they were listed, in bounded steps. It goes from swarm to swarm, for the
 * peers of a swarm lie together, and may be elsewhere at the next step.
 */
export class AddressSweep {
  readonly #store: SwarmStore;
  readonly #rule: AddressRule;
  /** The rows that are still to be looked at since the rule changed. */
  readonly #round = new RowRound();
  /** Peers of the row, from its first, that are still to be looked at; -1: all. Of each family. */
  #rest4 = -1;
  #rest6 = -1;

  constructor(store: SwarmStore, rule: AddressRule) {
    this.#store = store;
    this.#rule = rule;
  }

  /** The rule has changed. */
  begin(): void {
    if (this.#rule.isEmpty) this.#round.cancel();
    else this.#round.begin(this.#store.swarms.rows);
    this.#rest4 = this.#rest6 = -1;
  }

  /** Looks at the next peers. Returns whether there is more to do. */
  step(): boolean {
    for (let budget = STEP_BUDGET; budget > 0 && !this.#round.isOver; budget--) {
      budget = this.#sweepRow(budget);
      if (budget <= 0) break; // it goes on within the row
      this.#rest4 = this.#rest6 = -1;
      this.#round.next();
    }
    return !this.#round.isOver;
  }

  /** Returns what is left of the budget; above 0 the row is done. */
  #sweepRow(budget: number): number {
    const { arena4, arena6 } = this.#store;
    const after4 = this.#sweepList(arena4, this.#rest4, budget);
    this.#rest4 = after4.rest;
    if (after4.budget <= 0) return after4.budget;
    const after6 = this.#sweepList(arena6, this.#rest6, after4.budget);
    this.#rest6 = after6.rest;
    return after6.budget;
  }

  /** From the end to the beginning: a removal moves only peers that lie behind, which were looked at. */
  #sweepList(
    arena: PeerArena,
    rest: number,
    budget: number,
  ): { readonly rest: number; readonly budget: number } {
    const { lists } = this.#store;
    const { row } = this.#round;
    const size = lists.size(row, arena);
    let index = rest < 0 ? size : Math.min(rest, size);
    let left = budget;
    while (index > 0 && left > 0) {
      index--;
      left--;
      const slot = lists.start(row, arena) + index;
      if (!this.#rule.denies(arena.endpoints, slot * arena.endpointBytes, arena.addressBytes)) continue;
      this.#store.remove(arena, slot);
      left -= REMOVAL_COST;
    }
    return { rest: index, budget: index > 0 ? Math.min(left, 0) : left };
  }
}
