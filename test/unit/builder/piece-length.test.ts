import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { automaticPieceLength } from '../../../src/builder/piece-length.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;

describe('automaticPieceLength', () => {
  const rows: readonly (readonly [length: number, pieceLength: number])[] = [
    [1, 16 * KIB],
    [MIB, 16 * KIB],
    [2_684_355, 16 * KIB],
    [2_684_356, 32 * KIB],
    [10 * MIB, 32 * KIB],
    [64 * MIB, 128 * KIB],
    [350 * MIB, 256 * KIB],
    [GIB, 512 * KIB],
    [4_700_000_000, MIB],
    [25 * GIB, 2 * MIB],
    [100 * GIB, 4 * MIB],
    [500 * GIB, 8 * MIB],
    [1024 * GIB, 16 * MIB],
    [2 ** 53 - 1, 16 * MIB],
  ];
  for (const [length, pieceLength] of rows)
    it(`gives ${pieceLength / KIB} KiB for ${length} bytes, as libtorrent does`, () => {
      assert.equal(automaticPieceLength(length), pieceLength);
    });
});
