import type { Torrent } from '../torrent.ts';
import type { PieceVerifier, Verdict } from './piece-verifier.ts';

/** The pieces of a torrent, as whoever sends their bytes sees them. */
export interface ServedPieces {
  /** Bytes. */
  readonly pieceLength: number;
  /** It is here, and was hashed: its bytes may be sent. */
  isReady(piece: number): boolean;
  /** It is here, whether it was hashed or not. */
  isHere(piece: number): boolean;
  /** Has it hashed, because its bytes are wanted. `callback` is called once, later. */
  verify(piece: number, callback: (verdict: Verdict) => void): void;
}

/** Those of a torrent. */
export function servedPieces(torrent: Torrent, verifier: PieceVerifier): ServedPieces {
  return {
    pieceLength: torrent.pieceLength,
    isReady: (piece) => torrent.isReady(piece),
    isHere: (piece) => torrent.hasPiece(piece),
    verify: (piece, callback) => verifier.verify(torrent, piece, callback),
  };
}
