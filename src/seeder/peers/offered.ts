import { hasBitBeside } from '../bits.ts';
import type { Torrent } from '../torrent.ts';
import type { PeerPieces } from '../wire/peer-pieces.ts';

/**
 * Whether a peer lacks a piece of those that it may ask us for.
 * @param shown the pieces that it has or was shown, while its torrent is super-seeded.
 */
export function isOffered(
  torrent: Pick<Torrent, 'isComplete' | 'bitfield'>,
  theirs: Pick<PeerPieces, 'isComplete' | 'bits'>,
  shown: Uint8Array | undefined,
): boolean {
  if (theirs.isComplete) return false;
  if (torrent.isComplete && shown === undefined) return true;
  return hasBitBeside(shown ?? torrent.bitfield(), theirs.bits ?? new Uint8Array(0));
}
