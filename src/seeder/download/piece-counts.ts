import { hasBit, setBit } from '../bits.ts';
import type { Torrent } from '../torrent.ts';
import type { Leech } from './leech.ts';
import type { PriorityPicker } from './priority-picker.ts';

/** Tells the picker which pieces each peer has, and each peer how many of them are wanted and missing. Peers that have all are not counted by the picker. */
export class PieceCounts {
  readonly #torrent: Pick<Torrent, 'pieceCount' | 'lacksPiece'>;
  readonly #picker: PriorityPicker;

  constructor(torrent: Pick<Torrent, 'pieceCount' | 'lacksPiece'>, picker: PriorityPicker) {
    this.#torrent = torrent;
    this.#picker = picker;
  }

  /** A peer's pieces are known. aria2 sends bitfields again and again, in the place of many haves: only what is new is work. */
  add(leech: Leech, bits: Uint8Array): void {
    leech.counted ??= new Uint8Array(bits.length);
    for (const [at, byte] of bits.entries()) {
      if ((byte & ~(leech.counted[at] ?? 0)) === 0) continue;
      for (let piece = 8 * at; piece < 8 * at + 8; piece++)
        if (hasBit(bits, piece) && !leech.isCounted(piece)) this.addOne(leech, piece);
    }
  }

  /** It has a piece that is not counted yet. */
  addOne(leech: Leech, piece: number): void {
    leech.counted ??= new Uint8Array(Math.ceil(this.#torrent.pieceCount / 8));
    setBit(leech.counted, piece, true);
    this.#picker.increment(piece);
    if (this.#torrent.lacksPiece(piece)) leech.wanted++;
  }

  /** It has a piece no more, which its wire knows; one that had all is counted from now on. */
  lost(leech: Leech, piece: number): void {
    const { bits } = leech.wire.theirPieces;
    if (leech.counted === undefined) {
      leech.wanted = 0;
      if (bits !== undefined) this.add(leech, bits);
    } else if (leech.isCounted(piece)) {
      setBit(leech.counted, piece, false);
      this.#picker.decrement(piece);
      if (this.#torrent.lacksPiece(piece)) leech.wanted--;
    }
  }

  /** Pieces that a peer has, and that are wanted and missing: `missing` in all. */
  wantedOf(leech: Leech, missing: number): number {
    if (leech.wire.theirPieces.isComplete) return missing;
    let wanted = 0;
    for (let piece = 0; piece < this.#torrent.pieceCount; piece++)
      if (this.#torrent.lacksPiece(piece) && leech.owns(piece)) wanted++;
    return wanted;
  }

  /** It is gone, or has all. */
  forget(leech: Leech): void {
    if (leech.counted === undefined) return;
    for (let piece = 0; piece < this.#torrent.pieceCount; piece++)
      if (leech.isCounted(piece)) this.#picker.decrement(piece);
    leech.counted = undefined;
  }
}
