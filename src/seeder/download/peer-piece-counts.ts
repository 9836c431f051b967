import { hasBit, setBit } from '../bits.ts';
import type { Torrent } from '../torrent.ts';
import type { Leech } from './leech.ts';
import type { PriorityPicker } from './priority-picker.ts';

/** Counts what peers have: for the picker how many have each piece, and for each peer the pieces that are wanted of it. */
export class PeerPieceCounts {
  readonly #picker: PriorityPicker;
  readonly #torrent: Torrent;

  constructor(picker: PriorityPicker, torrent: Torrent) {
    this.#picker = picker;
    this.#torrent = torrent;
  }

  /** A peer has one piece more; false when that changes nothing for us. */
  add(leech: Leech, piece: number): boolean {
    if (leech.isCounted(piece)) return false;
    leech.counted ??= new Uint8Array(Math.ceil(this.#torrent.pieceCount / 8));
    setBit(leech.counted, piece, true);
    this.#picker.increment(piece);
    if (!this.#torrent.lacksPiece(piece)) return false;
    leech.wanted++;
    return true;
  }

  /** aria2 sends bitfields again and again, in the place of many haves: only what is new is work. */
  addBits(leech: Leech, bits: Uint8Array): void {
    leech.counted ??= new Uint8Array(bits.length);
    for (const [at, byte] of bits.entries()) {
      if ((byte & ~(leech.counted[at] ?? 0)) === 0) continue;
      for (let piece = 8 * at; piece < 8 * at + 8; piece++) if (hasBit(bits, piece)) this.add(leech, piece);
    }
  }

  /** A peer is gone, or has all pieces: those are not counted. */
  forget(leech: Leech): void {
    if (leech.counted === undefined) return;
    for (let piece = 0; piece < this.#torrent.pieceCount; piece++)
      if (leech.isCounted(piece)) this.#picker.decrement(piece);
    leech.counted = undefined;
  }

  /** Pieces that a peer has, and that are wanted and missing: `missing` in all. */
  wantedOf({ wire: { theirPieces } }: Leech, missing: number): number {
    if (theirPieces.isComplete) return missing;
    let wanted = 0;
    for (let piece = 0; piece < this.#torrent.pieceCount; piece++)
      if (theirPieces.has(piece) && this.#torrent.lacksPiece(piece)) wanted++;
    return wanted;
  }
}
