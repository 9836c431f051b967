import { MAX_BLOCK_LENGTH } from './message.ts';
import type { WireTorrent } from './wire-types.ts';

/** Whether a request lies within its piece and the torrent, has a sane length, and is for a piece that we have. */
export function isServableRequest(
  torrent: WireTorrent,
  piece: number,
  begin: number,
  length: number,
): boolean {
  if (length === 0 || length > MAX_BLOCK_LENGTH || !torrent.hasPiece(piece)) return false;
  const end = begin + length;
  return end <= torrent.pieceLength && piece * torrent.pieceLength + end <= torrent.length;
}
