import { PieceMemory } from './piece-memory.ts';

/** Bytes that all downloads of a node may hold: pieces that are being fetched, hashed or written. */
export class MemoryBudget {
  readonly bound: number;
  /** What is kept of it lies within the bound too, and is kept while there are downloads. */
  readonly memory = new PieceMemory((bytes) => this.#shares > 0 && this.#used + bytes <= this.bound);
  #used = 0;
  #shares = 0;

  constructor(bound: number) {
    this.bound = bound;
  }

  get usedBytes(): number {
    return this.#used;
  }

  /** The part of one download, which is to close it at its end. */
  share(): MemoryShare {
    this.#shares++;
    return new MemoryShare(this, {
      use: (bytes) => {
        this.#used += bytes;
      },
      onClosed: () => {
        this.#shares--;
        if (this.#shares === 0) this.memory.drop();
      },
    });
  }
}

/** Whom a share tells. */
interface ShareOwner {
  readonly use: (bytes: number) => void;
  readonly onClosed: () => void;
}

/** What one download holds of the budget: a piece is held from its first request until it is written or given up. */
export class MemoryShare {
  readonly #budget: MemoryBudget;
  readonly #owner: ShareOwner;
  #held = 0;
  #isClosed = false;

  constructor(budget: MemoryBudget, owner: ShareOwner) {
    this.#budget = budget;
    this.#owner = owner;
  }

  /** Whether so many bytes would be given. */
  hasRoom(bytes: number): boolean {
    return this.#held === 0 || this.#budget.usedBytes + bytes <= this.#budget.bound;
  }

  /** Takes bytes; false when there are not so many left. A download that holds nothing gets them all the same. */
  take(bytes: number): boolean {
    if (!this.hasRoom(bytes)) return false;
    this.#held += bytes;
    this.#owner.use(bytes);
    return true;
  }

  giveBack(bytes: number): void {
    this.#held -= bytes;
    this.#owner.use(-bytes);
  }

  /** Its download is over; what is hashed or written yet is given back later. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#owner.onClosed();
  }
}
