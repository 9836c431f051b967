import type { SessionColumns } from './session-columns.ts';

const NONE = -1;

/** The sessions of each user, as a list that runs through the columns. */
export class UserLists {
  readonly #columns: SessionColumns;
  readonly #heads = new Map<number, number>();

  constructor(columns: SessionColumns) {
    this.#columns = columns;
  }

  /** The sessions of a user, the newest first. */
  *of(userId: number): Generator<number> {
    let slot = this.#heads.get(userId) ?? NONE;
    while (slot !== NONE) {
      const next = this.#columns.nextOfUser[slot] as number; // a slot in use
      yield slot;
      slot = next;
    }
  }

  /** Adds a slot to the list of its user. */
  add(slot: number): void {
    const { users, nextOfUser, beforeOfUser } = this.#columns;
    const userId = users[slot] as number; // a slot in use; so below
    const head = this.#heads.get(userId) ?? NONE;
    nextOfUser[slot] = head;
    beforeOfUser[slot] = NONE;
    if (head !== NONE) beforeOfUser[head] = slot;
    this.#heads.set(userId, slot);
  }

  /** Takes a slot out of the list of its user. */
  remove(slot: number): void {
    const { users, nextOfUser, beforeOfUser } = this.#columns;
    const userId = users[slot] as number;
    const next = nextOfUser[slot] as number;
    const before = beforeOfUser[slot] as number;
    if (next !== NONE) beforeOfUser[next] = before;
    if (before !== NONE) nextOfUser[before] = next;
    else if (next === NONE) this.#heads.delete(userId);
    else this.#heads.set(userId, next);
  }
}
