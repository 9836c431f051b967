import assert from 'node:assert/strict';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import type { TorrentVersion } from '../../../../src/bittorrent/metainfo/metainfo.ts';
import { hashPieces } from '../../../../src/builder/hashing/hash-pieces.ts';
import type { HashFile, PieceHashes } from '../../../../src/builder/hashing/job.ts';
import { HashPool } from '../../../../src/builder/hashing/pool.ts';
import { makeTempFolder } from '../../../support/temp-folder.ts';
import { type AlignedFiles, hasCode, makeAlignedFiles, makeFiles } from './fixtures.ts';
import { plainV1, plainV2 } from './reference.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const TIB = 2 ** 40;
const versions: readonly TorrentVersion[] = ['v1', 'v2', 'hybrid'];
const none = Buffer.alloc(0);

function checkHashes(found: PieceHashes, version: TorrentVersion, expected: AlignedFiles): void {
  assert.deepEqual(Buffer.from(found.v1), version === 'v2' ? none : expected.v1);
  assert.deepEqual(Buffer.from(found.v2), version === 'v1' ? none : expected.v2);
}

/** Zeros that take no room on the disk. */
async function makeSparseFile(test: TestContext, length: number): Promise<HashFile> {
  const path = join(await makeTempFolder(test), 'sparse.bin');
  const file = await open(path, 'w');
  await file.truncate(length);
  await file.close();
  return { path, length };
}

describe('the hashes of v1, v2 and hybrid', () => {
  const around = (edge: number): number[] => [edge - 1, edge, edge + 1];
  for (const pieceLength of [16 * KIB, 64 * KIB, MIB, 4 * MIB])
    it(`are right at the edges of blocks, reads and pieces of ${pieceLength} bytes, with and without threads`, async (test) => {
      const pool = new HashPool({ threads: 2 });
      test.after(() => pool.stop());
      pool.start();
      const small = [0, 1, ...around(16 * KIB), 0, ...around(48 * KIB), 100_000];
      const large = [...around(pieceLength), ...around(2 * pieceLength)].filter((n) => n <= 4 * MIB);
      for (const lengths of [[1], [...small, ...large], [...large, 0, ...small, 0]]) {
        const expected = await makeAlignedFiles(test, lengths, pieceLength);
        for (const version of versions) {
          const options = { files: expected.files, pieceLength, version };
          checkHashes(await hashPieces(options), version, expected);
          checkHashes(await hashPieces({ ...options, pool }), version, expected);
        }
      }
    });

  it('are right for any files', async (test) => {
    const input = fc.record({
      lengths: fc.array(fc.nat(200_000), { minLength: 1, maxLength: 8 }),
      pieceLength: fc.constantFrom(16 * KIB, 32 * KIB, 128 * KIB, 2 * MIB),
    });
    await fc.assert(
      fc.asyncProperty(input, async ({ lengths, pieceLength }) => {
        const expected = await makeAlignedFiles(test, lengths, pieceLength);
        for (const version of versions)
          checkHashes(await hashPieces({ files: expected.files, pieceLength, version }), version, expected);
      }),
      { numRuns: 20 },
    );
  });

  it('are those of other programs', async (test) => {
    const file = await makeSparseFile(test, 64 * KIB);
    const { v2 } = await hashPieces({ files: [file], pieceLength: 64 * KIB, version: 'v2' });
    assert.equal(
      Buffer.from(v2).toString('hex'),
      '60aae9c7b428f87e0713e88229e18f0adf12cd7b22a0dd8a92bb2485eb7af242',
    );
  });

  it('take a pad file behind the last file into v1 only', async (test) => {
    const { files, v2 } = await makeAlignedFiles(test, [100_000], 64 * KIB);
    const padded = [...files, { path: undefined, length: 31_072 }];
    const short = await hashPieces({ files, pieceLength: 64 * KIB, version: 'hybrid' });
    const long = await hashPieces({ files: padded, pieceLength: 64 * KIB, version: 'hybrid' });
    assert.deepEqual([Buffer.from(short.v2), Buffer.from(long.v2)], [v2, v2]);
    assert.notDeepEqual(short.v1, long.v1);
    const whole = await hashPieces({ files: padded, pieceLength: 64 * KIB });
    assert.deepEqual(long.v1, whole.v1);
  });

  it('come for the pieces asked for, and piece by piece', async (test) => {
    const pieceLength = 32 * KIB;
    const { files, v1, v2 } = await makeAlignedFiles(test, [100_000, 5, 0, 70_000], pieceLength);
    const seen = new Map<number, PieceHashes>();
    const pieces = [1, 3, 4, 6];
    const onPiece = (index: number, hashes: PieceHashes): void => void seen.set(index, hashes);
    await hashPieces({ files, pieceLength, version: 'hybrid', pieces, onPiece });
    assert.deepEqual([...seen.keys()].sort(), pieces);
    for (const [index, hashes] of seen) {
      assert.deepEqual(Buffer.from(hashes.v1), v1.subarray(20 * index, 20 * index + 20));
      assert.deepEqual(Buffer.from(hashes.v2), v2.subarray(32 * index, 32 * index + 32));
    }
  });

  it('count the bytes that are hashed: padding for v1 and hybrid, never for v2', async (test) => {
    const pieceLength = 2 * MIB;
    const { files } = await makeAlignedFiles(test, [10, 3 * MIB, 20], pieceLength);
    for (const [version, expected] of [
      ['v1', 6 * MIB + 20],
      ['hybrid', 6 * MIB + 20],
      ['v2', 3 * MIB + 30],
    ] as const) {
      const progress: number[] = [];
      await hashPieces({ files, pieceLength, version, onProgress: (done) => progress.push(done) });
      assert.equal(progress.at(-1), expected, version);
    }
  });

  it('of v2 are as quick for tiny files in huge pieces as for tiny ones', {
    timeout: 20_000,
  }, async (test) => {
    const lengths = Array.from({ length: 200 }, (_none, index) => index + 1);
    const { files: tiny } = await makeFiles(test, lengths);
    const pieceLength = 2 ** 40; // hashing the padding would take a day
    const files = tiny.flatMap((file) => [file, { path: undefined, length: pieceLength - file.length }]);
    const { v2 } = await hashPieces({ files, pieceLength, version: 'v2' });
    const { v2: expected } = await hashPieces({ files: tiny.slice(-1), pieceLength: MIB, version: 'v2' });
    assert.deepEqual(v2.slice(-32), expected);
  });

  it('of pieces beyond 2^31 and 2^32 bytes and several TiB are where they belong', async (test) => {
    const pieceLength = MIB;
    const length = 5 * TIB + 17;
    const file = await makeSparseFile(test, length).catch(() => undefined);
    if (file?.path === undefined) return test.skip('this file system has no files of 5 TiB');
    const handle = await open(file.path, 'r+');
    const offsets = [2 ** 31, 2 ** 32, 3 * TIB, 5 * TIB];
    for (const offset of offsets)
      await handle.write(Buffer.from(`at ${offset}`).subarray(0, 17), 0, null, offset);
    await handle.close();
    const pieces = offsets.map((offset) => offset / pieceLength);
    const { v1, v2 } = await hashPieces({ files: [file], pieceLength, version: 'hybrid', pieces });
    for (const [at, offset] of offsets.entries()) {
      const content = Buffer.alloc(Math.min(pieceLength, length - offset));
      content.write(`at ${offset}`);
      const second = plainV2(Buffer.concat([Buffer.alloc(pieceLength), content]), pieceLength).subarray(32);
      assert.deepEqual(Buffer.from(v1.subarray(20 * at, 20 * at + 20)), plainV1(content, pieceLength));
      assert.deepEqual(Buffer.from(v2.subarray(32 * at, 32 * at + 32)), second);
    }
  });

  it('are refused for files that no torrent can hold', async (test) => {
    const { files } = await makeFiles(test, [1000, 1000]);
    const options = { files, pieceLength: 16 * KIB };
    for (const version of ['v2', 'hybrid'] as const) {
      await assert.rejects(hashPieces({ ...options, version }), RangeError);
      for (const pieceLength of [8 * KIB, 48 * KIB, 0, Number.NaN])
        await assert.rejects(hashPieces({ ...options, version, pieceLength }), hasCode('ERR_OPTION'));
    }
    const endless = { path: '/nowhere', length: Number.MAX_SAFE_INTEGER };
    await assert.rejects(
      hashPieces({ files: [endless, endless], pieceLength: 2 ** 40 }),
      hasCode('ERR_INPUT'),
    );
    await assert.rejects(hashPieces({ files: [endless], pieceLength: 16 * KIB }), hasCode('ERR_OPTION'));
  });
});
