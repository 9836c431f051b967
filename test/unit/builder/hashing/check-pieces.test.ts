import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { open, rm, truncate } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { checkPieces } from '../../../../src/builder/hashing/check-pieces.ts';
import type { HashFile, PieceHashes } from '../../../../src/builder/hashing/job.ts';
import { HashPool } from '../../../../src/builder/hashing/pool.ts';
import { makeAlignedFiles } from './fixtures.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const pieceLength = 32 * KIB;
const none = new Uint8Array();

/** Pieces 0 to 3; 4; 5 to 7; pad files between. */
const lengths = [100_000, 0, 5, 70_000];

function pathOf(files: readonly HashFile[], index: number): string {
  return files.filter(({ path }) => path !== undefined)[index]?.path ?? '';
}

async function flipByte(path: string, position: number): Promise<void> {
  const file = await open(path, 'r+');
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, position);
  byte[0] = (byte[0] ?? 0) ^ 1;
  await file.write(byte, 0, 1, position);
  await file.close();
}

describe('checkPieces', () => {
  const kinds: readonly (readonly [string, (all: PieceHashes) => PieceHashes])[] = [
    ['v1', ({ v1 }) => ({ v1, v2: none })],
    ['v2', ({ v2 }) => ({ v1: none, v2 })],
    ['hybrid', (all) => all],
  ];
  for (const [name, pick] of kinds) {
    it(`finds all pieces good, or those that are not: ${name}`, async (test) => {
      const { files, v1, v2 } = await makeAlignedFiles(test, lengths, pieceLength);
      const hashes = pick({ v1, v2 });
      const all = await checkPieces({ files, pieceLength, hashes });
      assert.deepEqual(all, { good: [0, 1, 2, 3, 4, 5, 6, 7], bad: [], problems: [] });
      await flipByte(pathOf(files, 0), 40_000);
      await flipByte(pathOf(files, 3), 69_999);
      const seen = new Map<number, boolean>();
      const onPiece = (index: number, isGood: boolean): void => void seen.set(index, isGood);
      const some = await checkPieces({ files, pieceLength, hashes, onPiece });
      assert.deepEqual(some, { good: [0, 2, 3, 4, 5, 6], bad: [1, 7], problems: [] });
      assert.deepEqual(
        [...seen].filter(([, isGood]) => !isGood).map(([index]) => index),
        [1, 7],
      );
      const asked = await checkPieces({ files, pieceLength, hashes, pieces: [1, 4, 7] });
      assert.deepEqual(asked, { good: [4], bad: [1, 7], problems: [] });
    });

    it(`finds the same whatever of it may wait in the pool of the process: ${name}`, async (test) => {
      const { files, v1, v2 } = await makeAlignedFiles(test, [4 * MIB, 4 * MIB, 4 * MIB], pieceLength);
      for (const maxReads of [1, 2]) {
        await using pool = new HashPool({ threads: 2, maxReads });
        const { good, bad } = await checkPieces({ files, pieceLength, hashes: pick({ v1, v2 }), pool });
        assert.deepEqual([good.length, bad], [384, []]);
      }
    });

    it(`goes on where files are missing, short or long, and names them: ${name}`, async (test) => {
      const { files, v1, v2 } = await makeAlignedFiles(test, [...lengths, 40_000], pieceLength);
      const [short, missing, long] = [pathOf(files, 0), pathOf(files, 2), pathOf(files, 3)];
      await truncate(short, 50_000);
      await rm(missing);
      appendFileSync(long, 'more');
      const pool = new HashPool({ threads: 2 });
      test.after(() => pool.stop());
      pool.start();
      for (const own of [undefined, pool]) {
        const options = { files, pieceLength, hashes: pick({ v1, v2 }), pool: own };
        const { good, bad, problems } = await checkPieces(options);
        assert.deepEqual(
          [good, bad],
          [
            [0, 5, 6, 7, 8, 9],
            [1, 2, 3, 4],
          ],
        );
        const found = problems.map(({ code, path }) => `${code} ${path}`).sort();
        const expected = [
          `ERR_FILE_CHANGED ${short}`,
          `ERR_FILE_CHANGED ${long}`,
          `ERR_FILE_MISSING ${missing}`,
        ];
        assert.deepEqual(found, expected.sort());
      }
    });
  }

  it('takes a piece of a hybrid for good only if both hashes match', async (test) => {
    const { files, v1, v2 } = await makeAlignedFiles(test, lengths, pieceLength);
    const [wrong1, wrong2] = [Buffer.from(v1), Buffer.from(v2)];
    wrong1.writeUInt8(wrong1.readUInt8(20) ^ 1, 20);
    wrong2.writeUInt8(wrong2.readUInt8(4 * 32 + 31) ^ 1, 4 * 32 + 31);
    const { bad } = await checkPieces({ files, pieceLength, hashes: { v1: wrong1, v2: wrong2 } });
    assert.deepEqual(bad, [1, 4]);
  });

  it('finds pieces of which the torrent gives no hash bad', async (test) => {
    const { files, v2 } = await makeAlignedFiles(test, lengths, pieceLength);
    const { good, bad } = await checkPieces({
      files,
      pieceLength,
      hashes: { v1: none, v2: v2.subarray(0, 5 * 32 + 7) },
    });
    assert.deepEqual(
      [good, bad],
      [
        [0, 1, 2, 3, 4],
        [5, 6, 7],
      ],
    );
  });

  it('finds pieces that are larger than a read bad when a part of them is missing', async (test) => {
    const large = 4 * MIB;
    const { files, v1, v2 } = await makeAlignedFiles(test, [4 * MIB, 3 * MIB, 3 * MIB], large);
    await truncate(pathOf(files, 1), 2 * MIB + 5);
    const { good, bad } = await checkPieces({ files, pieceLength: large, hashes: { v1, v2 } });
    assert.deepEqual([good, bad], [[0, 2], [1]]);
  });
});
