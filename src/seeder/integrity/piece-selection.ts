import { SeederError } from '../errors.ts';

/** Pieces of a torrent: indices, and ranges with both ends included. In any order; one may be named twice. */
export type PieceSelection = readonly (number | readonly [first: number, last: number])[];

/**
 * The selected pieces, ascending, each once. Memory: a bit a piece, and the result.
 * @throws {SeederError} ERR_PIECE_RANGE for what is no whole number, lies outside the torrent, or is a range that ends before it begins.
 */
export function selectedPieces(selection: PieceSelection, pieceCount: number): number[] {
  const isSelected = new Uint8Array(pieceCount);
  for (const part of selection) {
    const [first, last] = typeof part === 'number' ? [part, part] : part;
    requirePiece(first, pieceCount);
    requirePiece(last, pieceCount);
    if (last < first)
      throw new SeederError('ERR_PIECE_RANGE', `the range ${first}-${last} ends before it begins`);
    isSelected.fill(1, first, last + 1);
  }
  const pieces: number[] = [];
  for (let piece = 0; piece < pieceCount; piece++) if (isSelected[piece] === 1) pieces.push(piece);
  return pieces;
}

function requirePiece(piece: number, pieceCount: number): void {
  if (Number.isInteger(piece) && piece >= 0 && piece < pieceCount) return;
  const pieces = pieceCount === 0 ? 'no pieces' : `the pieces 0 to ${pieceCount - 1}`;
  throw new SeederError('ERR_PIECE_RANGE', `there is no piece ${piece}: the torrent has ${pieces}`);
}
