import { PieceMemory } from './piece-memory.ts';

/** Bytes that all downloads of a node may hold: pieces that are being fetched, hashed or written. */
export class MemoryBudget {
  readonly bound: number;
  /** What is kept of it lies within the bound too. */
  readonly memory = new PieceMemory((bytes) => this.#used + bytes <= this.bound);
  #used = 0;

  constructor(bound: number) {
    this.bound = bound;
  }

  get usedBytes(): number {
    return this.#used;
  }

  /** The part of one download. */
  share(): MemoryShare {
    return new MemoryShare(this, (bytes) => {
      this.#used += bytes;
    });
  }
}

/** What one download holds of the budget: a piece is held from its first request until it is written or given up. */
export class MemoryShare {
  readonly #budget: MemoryBudget;
  readonly #use: (bytes: number) => void;
  #held = 0;

  constructor(budget: MemoryBudget, use: (bytes: number) => void) {
    this.#budget = budget;
    this.#use = use;
  }

  /** Whether so many bytes would be given. */
  hasRoom(bytes: number): boolean {
    return this.#held === 0 || this.#budget.usedBytes + bytes <= this.#budget.bound;
  }

  /** Takes bytes; false when there are not so many left. A download that holds nothing gets them all the same. */
  take(bytes: number): boolean {
    if (!this.hasRoom(bytes)) return false;
    this.#held += bytes;
    this.#use(bytes);
    return true;
  }

  giveBack(bytes: number): void {
    this.#held -= bytes;
    this.#use(-bytes);
  }
}
