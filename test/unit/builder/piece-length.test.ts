import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BuilderError } from '../../../src/builder/hashing/errors.ts';
import {
  automaticPieceLength,
  checkPieceLength,
  PIECE_LENGTH_RULES,
  pieceLengthLike,
} from '../../../src/builder/piece-length.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;
const TIB = 1024 * GIB;

const tools = ['libtorrent', 'transmission', 'torrenttools', 'mktorrent', 'torf', 'create-torrent'] as const;

/** Bytes of data, and the KiB a piece that each of the tools above chooses. */
const table: readonly (readonly [length: number, ...kib: number[]])[] = [
  [MIB, 16, 16, 32, 32, 16, 16],
  [10 * MIB, 32, 16, 32, 32, 32, 16],
  [64 * MIB, 128, 64, 128, 64, 128, 64],
  [100 * MIB, 128, 128, 128, 64, 256, 128],
  [350 * MIB, 256, 256, 512, 256, 1024, 256],
  [700 * MIB, 512, 512, 1024, 512, 2048, 512],
  [GIB, 512, 1024, 2048, 1024, 2048, 1024],
  [2 * GIB, 512, 2048, 4096, 2048, 2048, 2048],
  [4_700_000_000, 1024, 4096, 8192, 4096, 8192, 4096],
  [8 * GIB, 1024, 8192, 16_384, 8192, 8192, 4096],
  [10 * GIB, 1024, 8192, 16_384, 8192, 8192, 4096],
  [16 * GIB, 2048, 16_384, 16_384, 16_384, 16_384, 4096],
  [25 * GIB, 2048, 16_384, 16_384, 16_384, 16_384, 4096],
  [50 * GIB, 4096, 16_384, 16_384, 16_384, 16_384, 4096],
  [100 * GIB, 4096, 16_384, 16_384, 16_384, 16_384, 4096],
  [200 * GIB, 8192, 16_384, 16_384, 16_384, 16_384, 4096],
  [500 * GIB, 8192, 16_384, 16_384, 16_384, 16_384, 4096],
  [TIB, 16_384, 16_384, 16_384, 16_384, 16_384, 4096],
  [4 * TIB, 16_384, 16_384, 16_384, 16_384, 16_384, 4096],
];

describe('pieceLengthLike', () => {
  for (const [length, ...kib] of table)
    it(`gives for ${length} bytes what each tool gives`, () => {
      assert.deepEqual(
        tools.map((tool) => [tool, pieceLengthLike(tool, length) / KIB]),
        tools.map((tool, index) => [tool, kib[index]]),
      );
    });

  for (const [tool, length, kib] of [
    ['mktorrent', 50 * MIB, 32],
    ['mktorrent', 50 * MIB + 1, 64],
    ['mktorrent', 12_800 * MIB, 8192],
    ['mktorrent', 12_800 * MIB + 1, 16_384],
    ['mktorrent-1.1', 1, 256],
    ['mktorrent-1.1', TIB, 256],
    ['transmission', 2 ** 25.5, 64],
    ['transmission', 2 ** 25.5 - 1000, 32],
    ['transmission-3', 50 * MIB - 1, 32],
    ['transmission-3', 50 * MIB, 64],
    ['transmission-3', 512 * MIB, 512],
    ['transmission-3', 2 * GIB - 1, 1024],
    ['transmission-3', TIB, 2048],
    ['torrenttools', 2 ** 25 - 1, 32],
    ['torrenttools', 2 ** 25, 64],
    ['torf', GIB + 1, 2048],
    ['torf', 512 * MIB + 1, 2048],
    ['create-torrent', 2 ** 25.5, 64],
  ] as const)
    it(`gives ${kib} KiB for ${length} bytes like ${tool}`, () => {
      assert.equal(pieceLengthLike(tool, length), kib * KIB);
    });

  it('gives for any length a piece length that can be asked for', () => {
    for (const tool of Object.keys(PIECE_LENGTH_RULES))
      for (const length of [1, 1023, 16_385, 2 ** 31, 2 ** 32 + 1, 2 ** 53 - 1])
        checkPieceLength(pieceLengthLike(tool, length));
  });

  it('refuses a tool whose rule is not known, and names those that are', () => {
    for (const tool of ['utorrent', '', 'constructor'])
      assert.throws(
        () => pieceLengthLike(tool, 1),
        (error) =>
          error instanceof BuilderError &&
          error.code === 'ERR_OPTION' &&
          error.message.includes(`like:${tool}`) &&
          error.message.includes('mktorrent-1.1'),
      );
  });
});

describe('automaticPieceLength', () => {
  for (const [length, pieceLength] of [
    [1, 16 * KIB],
    [2_684_355, 16 * KIB],
    [2_684_356, 32 * KIB],
    [687_194_767, 256 * KIB],
    [687_194_768, 512 * KIB],
    [703_687_441_778, 16 * MIB],
    [2 ** 53 - 1, 16 * MIB],
  ] as const)
    it(`gives ${pieceLength / KIB} KiB for ${length} bytes, as libtorrent does`, () => {
      assert.equal(automaticPieceLength(length), pieceLength);
    });
});

describe('checkPieceLength', () => {
  it('takes powers of two from 16 KiB to 128 MiB and nothing else', () => {
    for (const length of [16 * KIB, 32 * KIB, 128 * MIB]) assert.equal(checkPieceLength(length), length);
    for (const length of [0, -1, 8 * KIB, 24 * KIB, 256 * MIB, 16 * KIB + 0.5, Number.NaN, Infinity])
      assert.throws(() => checkPieceLength(length), { code: 'ERR_OPTION' });
  });
});
