import { spansOf } from '../disk/storage-layout.ts';
import type { Torrent } from '../torrent.ts';

/** Counts the pieces that each file of a torrent lacks while it is downloaded. 4 bytes a file. */
export class MissingPieces {
  readonly #torrent: Torrent;
  readonly #missing: Uint32Array;

  constructor(torrent: Torrent) {
    this.#torrent = torrent;
    this.#missing = new Uint32Array(torrent.files.length);
    for (let piece = 0; piece < torrent.pieceCount; piece++)
      if (!torrent.hasPiece(piece)) this.#count(piece, 1);
  }

  /** Piece `piece`, which was missing, is here: the indices of the files that are complete by it. */
  got(piece: number): number[] {
    return this.#count(piece, -1).filter((index) => this.#missing[index] === 0);
  }

  /** Piece `piece`, which was here, is missing again. A file that was complete is not until it has come. */
  lost(piece: number): void {
    this.#count(piece, 1);
  }

  #count(piece: number, change: number): number[] {
    const { files, pieceLength } = this.#torrent;
    const touched = spansOf(files, piece * pieceLength, pieceLength).map(({ index }) => index);
    for (const index of touched) this.#missing[index] = (this.#missing[index] ?? 0) + change;
    return touched;
  }
}
