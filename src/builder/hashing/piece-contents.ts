import { leavesOfPiece } from '../../bittorrent/metainfo/merkle.ts';
import { DataLayout } from './data-layout.ts';
import type { HashJob } from './job.ts';

/** What a piece is made of. */
export interface PieceContent {
  /** Bytes from the beginning of the piece on that are read. */
  readonly own: number;
  /** Zeros behind them that are hashed for v1 without being read. */
  readonly padding: number;
  /** Leaves of the piece's tree (BEP 52); 1 for v1. */
  readonly leaves: number;
}

/** What each piece of a job is made of. */
export class PieceContents {
  readonly #job: HashJob;
  readonly #layout: DataLayout;

  constructor(job: HashJob) {
    this.#job = job;
    this.#layout = new DataLayout(job.files);
  }

  /** For v1 all bytes are the piece's own; for v2 and hybrid those of the one file that lies in it. */
  of(piece: number): PieceContent {
    const { version, pieceLength, length } = this.#job;
    const start = piece * pieceLength;
    const all = Math.min(pieceLength, length - start);
    if (version === 'v1') return { own: all, padding: 0, leaves: 1 };
    const { own, fileLength } = this.#layout.ownBytesAt(start);
    const read = Math.min(own, all);
    return { own: read, padding: all - read, leaves: leavesOfPiece(fileLength, pieceLength) };
  }
}
