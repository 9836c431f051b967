import { type Info, lengthOfPiece } from '../../bittorrent/metainfo/metainfo.ts';

/** Bytes of the content in all pieces but the bad ones. */
export function goodBytesOf(info: Info, badPieces: readonly number[]): number {
  if (badPieces.length === 0) return info.contentLength;
  let padding = 0;
  const isBad = new Set(badPieces);
  for (const { isPadding, offset, length } of info.version === 'v2' ? [] : info.files)
    if (isPadding)
      for (let at = offset; at < offset + length; ) {
        const piece = Math.floor(at / info.pieceLength);
        const end = Math.min(offset + length, (piece + 1) * info.pieceLength);
        if (!isBad.has(piece)) padding += end - at;
        at = end;
      }
  let bytes = 0;
  for (let piece = 0; piece < info.pieceCount; piece++)
    if (!isBad.has(piece)) bytes += lengthOfPiece(info, piece);
  return bytes - padding;
}

/** Bytes that the hashing of these pieces, or of all, goes through. */
export function bytesToRead(info: Info, pieces: readonly number[] | undefined): number {
  if (pieces === undefined) return info.version === 'v2' ? info.contentLength : info.length;
  return pieces.reduce((sum, piece) => sum + lengthOfPiece(info, piece), 0);
}
