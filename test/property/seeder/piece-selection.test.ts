import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SeederError } from '../../../src/seeder/errors.ts';
import { type PieceSelection, selectedPieces } from '../../../src/seeder/integrity/piece-selection.ts';

const index = fc.oneof(fc.integer({ min: -3, max: 40 }), fc.constantFrom(0.5, Number.NaN, 2 ** 32, -0));
const part = fc.oneof(index, fc.tuple(index, index));

/** Each piece that a selection names; undefined when it is no selection of the torrent. */
function expand(selection: PieceSelection, pieceCount: number): Set<number> | undefined {
  const pieces = new Set<number>();
  for (const entry of selection) {
    const [first, last] = typeof entry === 'number' ? [entry, entry] : entry;
    const isThere = (piece: number) => Number.isInteger(piece) && piece >= 0 && piece < pieceCount;
    if (!isThere(first) || !isThere(last) || last < first) return undefined;
    for (let piece = first; piece <= last; piece++) pieces.add(piece);
  }
  return pieces;
}

test('a selection is its pieces, ascending, each once, or an error by code', () => {
  fc.assert(
    fc.property(
      fc.array(part, { maxLength: 8 }),
      fc.integer({ min: 0, max: 32 }),
      (selection, pieceCount) => {
        const expected = expand(selection, pieceCount);
        if (expected === undefined)
          return assert.throws(
            () => selectedPieces(selection, pieceCount),
            (error) => error instanceof SeederError && error.code === 'ERR_PIECE_RANGE',
          );
        const pieces = selectedPieces(selection, pieceCount);
        assert.deepEqual(
          pieces,
          [...expected].map((piece) => piece + 0).sort((a, b) => a - b),
        );
      },
    ),
  );
});
