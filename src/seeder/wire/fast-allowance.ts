/** How often the allowed fast pieces may be fetched over while choked, as libtorrent has it. */
const ROUNDS = 3;

/** The pieces that a choked peer may fetch (BEP 6), and how much of that it has used up. */
export class FastAllowance {
  readonly #pieces = new Set<number>();
  #bytesLeft = 0;

  has(piece: number): boolean {
    return this.#pieces.has(piece);
  }

  /** Allows a piece; false when it is allowed already. */
  add(piece: number, pieceLength: number): boolean {
    if (this.#pieces.has(piece)) return false;
    this.#pieces.add(piece);
    this.#bytesLeft += ROUNDS * pieceLength;
    return true;
  }

  /** Uses the allowance for a block; false when it is for another piece, or used up. */
  take(piece: number, length: number): boolean {
    if (!this.#pieces.has(piece) || this.#bytesLeft < length) return false;
    this.#bytesLeft -= length;
    return true;
  }
}
