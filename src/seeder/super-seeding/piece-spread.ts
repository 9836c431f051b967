import { hasBit, setBit } from '../bits.ts';

/** The pieces that one peer has, or was shown: they count once. */
export type CountedPieces = Uint8Array;

/** How many peers of a torrent have each piece, or were shown it: what is shown next is what fewest have. */
export class PieceSpread {
  readonly pieceCount: number;
  readonly #counts: Uint32Array;
  readonly #random: () => number;

  /** @param random from 0 to 1. */
  constructor(pieceCount: number, random: () => number) {
    this.pieceCount = pieceCount;
    this.#counts = new Uint32Array(pieceCount);
    this.#random = random;
  }

  /** Counts a piece for a peer, once; false when it was counted for it before. */
  add(counted: CountedPieces, piece: number): boolean {
    if (hasBit(counted, piece)) return false;
    setBit(counted, piece, true);
    this.#counts[piece] = (this.#counts[piece] ?? 0) + 1;
    return true;
  }

  /** A peer is gone. */
  remove(counted: CountedPieces): void {
    for (let piece = 0; piece < this.pieceCount; piece++)
      if (hasBit(counted, piece)) this.#counts[piece] = (this.#counts[piece] ?? 1) - 1;
  }

  /** The piece that fewest have, of those that are not counted for the peer; among equals by chance. Undefined when all are counted. */
  next(counted: CountedPieces): number | undefined {
    const start = Math.floor(this.#random() * this.pieceCount);
    let best: number | undefined;
    let bestCount = Number.POSITIVE_INFINITY;
    for (let i = 0; i < this.pieceCount && bestCount > 0; i++) {
      const piece = (start + i) % this.pieceCount;
      const count = this.#counts[piece] ?? 0;
      if (count >= bestCount || hasBit(counted, piece)) continue;
      best = piece;
      bestCount = count;
    }
    return best;
  }
}
