import { countBits, hasBit, setBit } from '../bits.ts';

/** The pieces of a torrent that are believed to be good and were never hashed. One bit a piece. */
export class UncheckedPieces {
  readonly #bits: Uint8Array;
  #count: number;
  #next = 0;

  /** @param bits a view: it is copied. */
  constructor(bits: Uint8Array) {
    this.#bits = new Uint8Array(bits);
    this.#count = countBits(bits);
  }

  /** Pieces that are unchecked yet. */
  get count(): number {
    return this.#count;
  }

  /** A copy, for a record. */
  bits(): Uint8Array {
    return new Uint8Array(this.#bits);
  }

  has(piece: number): boolean {
    return hasBit(this.#bits, piece);
  }

  /** It was hashed, or is not there any more. */
  delete(piece: number): void {
    if (!this.has(piece)) return;
    setBit(this.#bits, piece, false);
    this.#count--;
  }

  /** An unchecked piece, those with lower indices first; undefined when there is none. All calls together look at each once. */
  first(): number | undefined {
    for (; this.#next < 8 * this.#bits.length; this.#next++) if (this.has(this.#next)) return this.#next;
    return undefined;
  }
}
