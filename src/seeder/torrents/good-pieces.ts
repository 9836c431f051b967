import { countBits, hasBit, setBit } from '../bits.ts';
import type { FileSelection } from './file-selection.ts';

/** The pieces of a torrent that are here and good, counted over all and over those that are wanted. */
export class GoodPieces {
  readonly #pieceCount: number;
  #bits: Uint8Array;
  #selection: FileSelection;
  #count = 0;
  #wantedCount = 0;

  constructor(pieceCount: number, selection: FileSelection) {
    this.#pieceCount = pieceCount;
    this.#selection = selection;
    this.#bits = new Uint8Array(Math.ceil(pieceCount / 8));
  }

  /** A bit a piece. */
  get bits(): Uint8Array {
    return this.#bits;
  }

  get count(): number {
    return this.#count;
  }

  /** Of the pieces that are wanted. */
  get wantedCount(): number {
    return this.#wantedCount;
  }

  get isComplete(): boolean {
    return this.#count === this.#pieceCount;
  }

  /** All that are wanted are here. */
  get isFinished(): boolean {
    return this.#wantedCount === this.#selection.pieceCount;
  }

  /** Whether a piece is here; false for an index out of range. */
  has(piece: number): boolean {
    return piece < this.#pieceCount && (this.isComplete || hasBit(this.#bits, piece));
  }

  /** Another choice of files counts. */
  select(selection: FileSelection): void {
    this.#selection = selection;
    this.#countWanted();
  }

  /** What a check found. */
  set(bits: Uint8Array): void {
    this.#bits = new Uint8Array(bits);
    this.#count = countBits(bits);
    this.#countWanted();
  }

  /** Piece `index`, which was missing, is here. */
  add(index: number): void {
    setBit(this.#bits, index, true);
    this.#count++;
    if (this.#selection.wantsPiece(index)) this.#wantedCount++;
  }

  /** Piece `index`, which was here, is not good any more. */
  remove(index: number): void {
    setBit(this.#bits, index, false);
    this.#count--;
    if (this.#selection.wantsPiece(index)) this.#wantedCount--;
  }

  #countWanted(): void {
    this.#wantedCount = this.#count;
    if (this.#selection.isPlain || this.isComplete) {
      if (this.isComplete) this.#wantedCount = this.#selection.pieceCount;
      return;
    }
    for (let piece = 0; piece < this.#pieceCount; piece++)
      if (hasBit(this.#bits, piece) && !this.#selection.wantsPiece(piece)) this.#wantedCount--;
  }
}
