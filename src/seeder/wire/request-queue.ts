const SMALLEST = 32;

/**
 * The blocks that one peer has asked for, first in, first out: three columns of numbers in a ring that grows to its bound.
 * No object a request. A cancelled request leaves a hole that is skipped.
 */
export class RequestQueue {
  readonly #bound: number;
  #pieces = new Uint32Array(0);
  #begins = new Uint32Array(0);
  /** 0 marks a hole. */
  #lengths = new Uint32Array(0);
  /** Capacity - 1; capacities are powers of two. */
  #mask = -1;
  #head = 0;
  /** Slots in use, holes among them. The slot at the head is never a hole. */
  #used = 0;
  #size = 0;

  /** @param bound the most requests that are held. */
  constructor(bound: number) {
    this.#bound = bound;
  }

  /** Requests that wait. */
  get size(): number {
    return this.#size;
  }

  /** The first request. Undefined behaviour when the queue is empty: look at `size` first. */
  get headPiece(): number {
    return this.#pieces[this.#head] as number; // typed array, index within the mask
  }

  get headBegin(): number {
    return this.#begins[this.#head] as number;
  }

  get headLength(): number {
    return this.#lengths[this.#head] as number;
  }

  /** Adds a request; false when the queue is full. `length` is not 0. */
  push(piece: number, begin: number, length: number): boolean {
    if (this.#size >= this.#bound) return false;
    if (this.#used === this.#lengths.length) this.#rebuild();
    const at = (this.#head + this.#used) & this.#mask;
    this.#pieces[at] = piece;
    this.#begins[at] = begin;
    this.#lengths[at] = length;
    this.#used++;
    this.#size++;
    return true;
  }

  /** Whether a block of the piece is asked for. Linear. */
  hasPiece(piece: number): boolean {
    for (let i = 0; i < this.#used; i++) {
      const at = (this.#head + i) & this.#mask;
      if (this.#pieces[at] === piece && this.#lengths[at] !== 0) return true;
    }
    return false;
  }

  /** Takes the first request away. */
  shift(): void {
    if (this.#size === 0) return;
    this.#size--;
    this.#lengths[this.#head] = 0;
    this.#skipHoles();
  }

  /** Takes one request away, wherever it stands; false when it is not there. Linear: cancels are rare. */
  remove(piece: number, begin: number, length: number): boolean {
    for (let i = 0; i < this.#used; i++) {
      const at = (this.#head + i) & this.#mask;
      if (this.#begins[at] !== begin || this.#pieces[at] !== piece || this.#lengths[at] !== length) continue;
      this.#lengths[at] = 0;
      this.#size--;
      this.#skipHoles();
      return true;
    }
    return false;
  }

  /** Empties the queue but for what `keep` claims; hands every other request to `dropped`. */
  drain(
    keep: (piece: number) => boolean,
    dropped: (piece: number, begin: number, length: number) => void,
  ): void {
    for (let i = 0; i < this.#used; i++) {
      const at = (this.#head + i) & this.#mask;
      const length = this.#lengths[at] as number;
      const piece = this.#pieces[at] as number;
      if (length === 0 || keep(piece)) continue;
      this.#lengths[at] = 0;
      this.#size--;
      dropped(piece, this.#begins[at] as number, length);
    }
    this.#skipHoles();
  }

  #skipHoles(): void {
    while (this.#used > 0 && this.#lengths[this.#head] === 0) {
      this.#head = (this.#head + 1) & this.#mask;
      this.#used--;
    }
  }

  /** Closes the holes; doubles the ring when it is more than half full without them. */
  #rebuild(): void {
    const old = { pieces: this.#pieces, begins: this.#begins, lengths: this.#lengths };
    const capacity =
      2 * this.#size >= old.lengths.length ? Math.max(SMALLEST, 2 * old.lengths.length) : old.lengths.length;
    this.#pieces = new Uint32Array(capacity);
    this.#begins = new Uint32Array(capacity);
    this.#lengths = new Uint32Array(capacity);
    let to = 0;
    for (let i = 0; i < this.#used; i++) {
      const at = (this.#head + i) & this.#mask;
      if (old.lengths[at] === 0) continue;
      this.#pieces[to] = old.pieces[at] as number;
      this.#begins[to] = old.begins[at] as number;
      this.#lengths[to++] = old.lengths[at] as number;
    }
    this.#mask = capacity - 1;
    this.#head = 0;
    this.#used = to;
  }
}
