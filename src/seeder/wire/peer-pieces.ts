import { countBits, fullBits, hasBit, setBit } from '../bits.ts';
import { bitfieldLength } from './message.ts';

/** What a peer says it has. */
export class PeerPieces {
  readonly #pieceCount: number;
  #bits: Uint8Array | undefined;
  #count = 0;

  constructor(pieceCount: number) {
    this.#pieceCount = pieceCount;
  }

  /** Pieces that it has. */
  get count(): number {
    return this.#count;
  }

  get isComplete(): boolean {
    return this.#count >= this.#pieceCount;
  }

  /** A bit a piece; undefined while it has none, or all. */
  get bits(): Uint8Array | undefined {
    return this.#bits;
  }

  /** A copy of its bits, whatever they are. */
  bitfield(): Uint8Array {
    if (this.isComplete) return fullBits(this.#pieceCount);
    return this.#bits?.slice() ?? new Uint8Array(bitfieldLength(this.#pieceCount));
  }

  /** Whether it has the piece; false for an index out of range. */
  has(piece: number): boolean {
    if (piece < 0 || piece >= this.#pieceCount) return false;
    return this.isComplete || (this.#bits !== undefined && hasBit(this.#bits, piece));
  }

  /** The first piece that it has beside `other`; undefined when there is none. */
  anyBut(other: number): number | undefined {
    for (let piece = 0; piece < this.#pieceCount; piece++)
      if (piece !== other && this.has(piece)) return piece;
    return undefined;
  }

  /**
   * Takes a bitfield of the right length (a view: it is copied); false when a spare bit is set (BEP 3). What the peer said that it
   * has it goes on having, so that nothing has to be counted twice.
   */
  addBitfield(bits: Uint8Array): boolean {
    const spare = 8 * bits.length - this.#pieceCount;
    if (spare > 0 && ((bits.at(-1) ?? 0) & ((1 << spare) - 1)) !== 0) return false;
    if (this.isComplete) return true;
    const all = new Uint8Array(bits);
    for (const [at, byte] of (this.#bits ?? []).entries()) all[at] = (all[at] ?? 0) | byte;
    this.#bits = all;
    this.#count = countBits(all);
    return true;
  }

  /** Takes one more piece; false for an index out of range. */
  add(index: number): boolean {
    if (index < 0 || index >= this.#pieceCount) return false;
    if (this.isComplete) return true; // told by have-all, there are no bits
    this.#bits ??= new Uint8Array(bitfieldLength(this.#pieceCount));
    if (hasBit(this.#bits, index)) return true;
    setBit(this.#bits, index, true);
    this.#count++;
    return true;
  }

  /** It has a piece no more; false when it did not have it, or for an index out of range. */
  remove(index: number): boolean {
    if (!this.has(index)) return false;
    if (this.isComplete) this.#bits ??= fullBits(this.#pieceCount);
    if (this.#bits !== undefined) setBit(this.#bits, index, false);
    this.#count--;
    return true;
  }

  addAll(): void {
    this.#count = this.#pieceCount;
    this.#bits = undefined;
  }
}
