/** What a peer has, as the picker sees it. */
export interface PieceSet {
  /** It has all: then `has` is not asked. */
  readonly isComplete: boolean;
  has(piece: number): boolean;
}

/** So many pieces are chosen at random, so that there is soon something to give; then the rarest come first (BEP 3). */
const RANDOM_PIECES = 4;

/**
 * Chooses the next piece to fetch, rarest first. The pieces that are neither there nor on their way stand in one list, sorted by
 * how many peers have them, with the end of each run known: a change of one piece's number is one swap. Peers that have all are
 * not counted, since they change no order. Among equals it is random which is chosen: the list tells nothing, since haves and bitfields
 * that come in order sort it. 12 bytes a piece.
 */
export class PiecePicker {
  readonly #random: () => number;
  readonly #order: Uint32Array;
  /** Where a piece stands in the order; -1 when it does not. */
  readonly #positions: Int32Array;
  readonly #availability: Uint32Array;
  /** `#ends[n]`: behind the last piece that at most `n` peers have. */
  readonly #ends = [0];
  #picked = 0;
  /** The pieces come in their order, not the rarest first. */
  isSequential = false;
  /** No piece before it stands in the list. */
  #first = 0;

  /**
   * @param missing the pieces to fetch; `random` is from 0 to 1.
   * @param availability how many peers have each piece, for pickers that share a torrent's pieces among them.
   */
  constructor(
    pieceCount: number,
    missing: readonly number[],
    random: () => number,
    availability: Uint32Array = new Uint32Array(pieceCount),
  ) {
    this.#random = random;
    this.#order = new Uint32Array(pieceCount);
    this.#positions = new Int32Array(pieceCount).fill(-1);
    this.#availability = availability;
    for (const piece of missing) this.add(piece);
  }

  /** Pieces of the torrent. */
  get pieceCount(): number {
    return this.#order.length;
  }

  /** Pieces that are to be chosen yet. */
  get size(): number {
    return this.#ends.at(-1) ?? 0;
  }

  /** Takes the best piece of those that the peer has out of the list; undefined when there is none. */
  take(peer: PieceSet): number | undefined {
    const piece = this.isSequential ? this.#firstOf(peer) : this.#rarestOf(peer);
    if (piece === undefined) return undefined;
    this.#picked++;
    this.#remove(piece);
    return piece;
  }

  /** Whether a piece is to be chosen yet. */
  holds(piece: number): boolean {
    return (this.#positions[piece] ?? -1) !== -1;
  }

  /** Takes the first piece out of the list that the peer has, by its index from `piece` on and then from the beginning; undefined when there is none. */
  takeFrom(piece: number, peer: PieceSet): number | undefined {
    for (let count = 0; this.size > 0 && count < this.pieceCount; count++) {
      const next = (piece + count) % this.pieceCount;
      if (this.holds(next) && (peer.isComplete || peer.has(next)) && this.takeListed(next)) return next;
    }
    return undefined;
  }

  /** Takes this very piece out of the list; false when it is not in it. */
  takeListed(piece: number): boolean {
    if ((this.#positions[piece] ?? -1) === -1) return false;
    this.#picked++;
    this.#remove(piece);
    return true;
  }

  #firstOf(peer: PieceSet): number | undefined {
    const { pieceCount } = this;
    while (this.#first < pieceCount && this.#positions[this.#first] === -1) this.#first++;
    for (let piece = this.#first; piece < pieceCount; piece++)
      if (this.#positions[piece] !== -1 && (peer.isComplete || peer.has(piece))) return piece;
    return undefined;
  }

  #rarestOf(peer: PieceSet): number | undefined {
    if (this.#picked < RANDOM_PIECES) return this.#anyOf(0, this.size, peer);
    let first = 0;
    for (const end of this.#ends) {
      const piece = this.#anyOf(first, end, peer);
      if (piece !== undefined) return piece;
      first = end;
    }
    return undefined;
  }

  /** One of those in a part of the list, from a random one on. */
  #anyOf(first: number, end: number, peer: PieceSet): number | undefined {
    const size = end - first;
    if (size === 0) return undefined;
    const start = Math.floor(this.#random() * size);
    for (let count = 0; count < size; count++) {
      const piece = this.#order[first + ((start + count) % size)] as number; // within the list
      if (peer.isComplete || peer.has(piece)) return piece;
    }
    return undefined;
  }

  /** Puts a piece (back) into the list, where it belongs. */
  add(piece: number): void {
    if (this.#positions[piece] !== -1) return;
    this.#first = Math.min(this.#first, piece);
    const level = this.#availability[piece] ?? 0;
    this.#growTo(level);
    let hole = this.size;
    for (let above = this.#ends.length - 1; above > level; above--) {
      const first = this.#endOf(above - 1);
      if (first !== hole) this.#put(this.#order[first] as number, hole); // an empty level has none to move
      this.#ends[above] = this.#endOf(above) + 1;
      hole = first;
    }
    this.#ends[level] = this.#endOf(level) + 1;
    this.#put(piece, hole);
  }

  /** One more peer has the piece; nothing for an index out of range. */
  increment(piece: number): void {
    const level = this.#availability[piece];
    if (level === undefined) return;
    this.#availability[piece] = level + 1;
    if (this.#positions[piece] === -1) return;
    this.#growTo(level + 1);
    const last = this.#endOf(level) - 1;
    this.#swap(piece, last);
    this.#ends[level] = last;
  }

  /** One peer less has the piece; nothing for an index out of range. */
  decrement(piece: number): void {
    const level = this.#availability[piece] ?? 0;
    if (level === 0) return;
    this.#availability[piece] = level - 1;
    if (this.#positions[piece] === -1) return;
    const first = this.#endOf(level - 1);
    this.#swap(piece, first);
    this.#ends[level - 1] = first + 1;
  }

  #remove(piece: number): void {
    let hole = this.#positions[piece] as number;
    for (let level = this.#availability[piece] ?? 0; level < this.#ends.length; level++) {
      const last = this.#endOf(level) - 1;
      if (last !== hole) this.#put(this.#order[last] as number, hole); // likewise
      this.#ends[level] = last;
      hole = last;
    }
    this.#positions[piece] = -1;
  }

  #endOf(level: number): number {
    return this.#ends[level] as number; // the callers stay within the levels
  }

  #growTo(level: number): void {
    while (this.#ends.length <= level) this.#ends.push(this.size);
  }

  #put(piece: number, at: number): void {
    this.#order[at] = piece;
    this.#positions[piece] = at;
  }

  #swap(piece: number, at: number): void {
    const other = this.#order[at] as number;
    this.#put(other, this.#positions[piece] as number);
    this.#put(piece, at);
  }
}
