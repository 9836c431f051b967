import { type Info, lengthOfPiece } from '../../bittorrent/metainfo/metainfo.ts';
import { hasBit } from '../bits.ts';
import type { StoredFile } from '../disk/storage-layout.ts';
import type { Mirrored, MirrorPlan } from './mirror-plan.ts';

/**
 * Bytes that the disk has to have for what a torrent lacks: the pieces that are wanted and not good, without what its files hold there
 * already, such as the zeros of those that were allocated.
 * @param bits good pieces, a bit each.
 */
export function neededRoom(
  { metainfo: { info }, selection }: Pick<Mirrored, 'metainfo' | 'selection'>,
  { files, found }: Pick<MirrorPlan, 'files' | 'found'>,
  bits: Uint8Array,
): number {
  let bytes = 0;
  for (let piece = 0; piece < info.pieceCount; piece++)
    if (selection.wantsPiece(piece) && !hasBit(bits, piece)) bytes += lengthOfPiece(info, piece);
  for (const [index, file] of files.entries()) {
    const allocated = found[index]?.allocated ?? 0;
    if (selection.wantsFile(index) && allocated > 0)
      bytes -= Math.max(0, allocated - goodBytes(file, info, bits));
  }
  return Math.max(0, bytes);
}

/** Bytes of a file that lie in good pieces. */
function goodBytes({ offset, length }: StoredFile, { pieceLength }: Info, bits: Uint8Array): number {
  const end = offset + length;
  let bytes = 0;
  for (let piece = Math.floor(offset / pieceLength); piece * pieceLength < end; piece++)
    if (hasBit(bits, piece))
      bytes += Math.min(end, (piece + 1) * pieceLength) - Math.max(offset, piece * pieceLength);
  return bytes;
}
