import { bytesEqual } from '../../bittorrent/hex.ts';
import {
  hasV1,
  hasV2,
  type Info,
  PIECE_HASH_LENGTH,
  type TorrentFile,
} from '../../bittorrent/metainfo/metainfo.ts';
import type { Sameness } from './types.ts';

/** A file, and the torrent that it is of. */
export interface FileOf {
  readonly info: Info;
  readonly file: TorrentFile;
}

/** By which hashes two torrents can be compared: v2 where both have them, or SHA-1 of pieces of one length; undefined for none. */
export function basisOf(a: Info, b: Info): 'v2' | 'v1' | undefined {
  return hasV2(a) && hasV2(b) ? 'v2' : pieceBasisOf(a, b);
}

/** Whether the SHA-1 of pieces of two torrents can be compared. */
export function pieceBasisOf(a: Info, b: Info): 'v1' | undefined {
  return hasV1(a) && hasV1(b) && a.pieceLength === b.pieceLength ? 'v1' : undefined;
}

/**
 * Whether two files have the same data: by their pieces roots (BEP 52), which do not depend on the piece length, or by the SHA-1 of their pieces
 * where those begin at the same places within the files. A piece that holds bytes of neighbours too proves equality only.
 */
export function compareFiles(a: FileOf, b: FileOf): Sameness {
  if (a.file.length !== b.file.length) return 'different';
  if (a.file.linkTarget?.join('/') !== b.file.linkTarget?.join('/')) return 'different';
  if (a.file.length === 0) return 'same';
  const [rootA, rootB] = [a.file.piecesRoot, b.file.piecesRoot];
  if (rootA !== undefined && rootB !== undefined) return bytesEqual(rootA, rootB) ? 'same' : 'different';
  const { whole, shared } = comparePieces(a, b) ?? { whole: 'unknown', shared: 'unknown' };
  if (whole === 'different') return 'different';
  return whole === 'unknown' || shared === 'unknown' ? 'unknown' : 'same';
}

/** Whether two files of one length have the same data as far as the pieces tell that lie in them alone, of which there is one at least. */
export function haveSameInside(a: FileOf, b: FileOf): boolean {
  if (a.file.length !== b.file.length) return false;
  const compared = comparePieces(a, b);
  return compared?.whole === 'same' && compared.wholeCount > 0;
}

/** Where the pieces of a v1 torrent lie in a file: bytes of its first piece before it, the first piece's index, and their number. */
export function piecesOfFile({ info, file }: FileOf): { phase: number; first: number; count: number } {
  const phase = file.offset % info.pieceLength;
  const count = Math.ceil((phase + file.length) / info.pieceLength);
  return { phase, first: Math.floor(file.offset / info.pieceLength), count };
}

/** The SHA-1 of a piece; a view. */
export function pieceHash({ pieces }: Info, index: number): Uint8Array {
  return pieces.subarray(index * PIECE_HASH_LENGTH, (index + 1) * PIECE_HASH_LENGTH);
}

/** Whether the `at`th piece of a file holds bytes of that file alone; the last piece of a torrent ends with its last file. */
export function isWholePiece({ info, file }: FileOf, at: number): boolean {
  const { phase, count } = piecesOfFile({ info, file });
  if (at === 0 && phase > 0) return false;
  if (at < count - 1) return true;
  const isFull = (phase + file.length) % info.pieceLength === 0;
  return isFull || file.offset + file.length === info.length;
}

/** What the pieces of two files of one length say; undefined when they do not line up. */
function comparePieces(
  a: FileOf,
  b: FileOf,
): { whole: Sameness; wholeCount: number; shared: Sameness } | undefined {
  if (basisOf(a.info, b.info) !== 'v1') return undefined;
  const [inA, inB] = [piecesOfFile(a), piecesOfFile(b)];
  if (inA.phase !== inB.phase) return undefined;
  let wholeCount = 0;
  let shared: Sameness = 'same';
  for (let at = 0; at < inA.count; at++) {
    const isWhole = isWholePiece(a, at) && isWholePiece(b, at);
    if (isWhole) wholeCount++;
    if (bytesEqual(pieceHash(a.info, inA.first + at), pieceHash(b.info, inB.first + at))) continue;
    if (isWhole) return { whole: 'different', wholeCount, shared };
    shared = 'unknown';
  }
  return { whole: 'same', wholeCount, shared };
}
