import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { chmod, mkdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { hashPieces } from '../../../../src/builder/hashing/hash-pieces.ts';
import type { HashFile, PieceHashes } from '../../../../src/builder/hashing/job.ts';
import { HashPool } from '../../../../src/builder/hashing/pool.ts';
import { makeTempFolder } from '../../../support/temp-folder.ts';
import { hasCode, makeFiles } from './fixtures.ts';
import { plainV1 } from './reference.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

describe('hashPieces', () => {
  const layouts: readonly (readonly number[])[] = [
    [1],
    [16 * KIB - 1],
    [16 * KIB],
    [16 * KIB + 1],
    [MIB, MIB, 1],
    [0, 100_000, 0, 0, 200_001, 0],
    [3 * MIB + 7, 70 * KIB, 63 * KIB, 2 * MIB],
    Array.from({ length: 300 }, (_none, index) => (index * 977) % 5000),
  ];
  for (const pieceLength of [16 * KIB, 512 * KIB, MIB, 2 * MIB, 3 * MIB + 5])
    it(`hashes pieces of ${pieceLength} bytes as the plain way does, with and without threads`, async (test) => {
      const pool = new HashPool({ threads: 2 });
      test.after(() => pool.stop());
      pool.start();
      for (const lengths of layouts) {
        const { files, bytes } = await makeFiles(test, lengths);
        const expected = plainV1(bytes, pieceLength);
        assert.deepEqual(Buffer.from((await hashPieces({ files, pieceLength })).v1), expected);
        assert.deepEqual(Buffer.from((await hashPieces({ files, pieceLength, pool })).v1), expected);
      }
    });

  it('hashes only the pieces asked for, in their order', async (test) => {
    const { files, bytes } = await makeFiles(test, [100_000, 100_000]);
    const all = plainV1(bytes, 16 * KIB);
    const { v1: some } = await hashPieces({ files, pieceLength: 16 * KIB, pieces: [1, 2, 5, 12] });
    const expected = [1, 2, 5, 12].map((piece) => all.subarray(20 * piece, 20 * piece + 20));
    assert.deepEqual(Buffer.from(some), Buffer.concat(expected));
    await assert.rejects(hashPieces({ files, pieceLength: 16 * KIB, pieces: [13] }), RangeError);
    await assert.rejects(hashPieces({ files, pieceLength: 16 * KIB, pieces: [2, 1] }), RangeError);
  });

  it('takes a file without a path as zeros', async (test) => {
    const { files, bytes } = await makeFiles(test, [1000, 500]);
    const [first, second] = files as [HashFile, HashFile]; // two were asked for
    const padded = [first, { path: undefined, length: 15_384 }, second];
    const data = Buffer.concat([bytes.subarray(0, 1000), Buffer.alloc(15_384), bytes.subarray(1000)]);
    const { v1: hashes } = await hashPieces({ files: padded, pieceLength: 16 * KIB });
    assert.deepEqual(Buffer.from(hashes), plainV1(data, 16 * KIB));
  });

  it('reports each piece and the progress', async (test) => {
    const { files, bytes } = await makeFiles(test, [MIB, 2 * MIB + 1]);
    const pieces = new Map<number, Uint8Array>();
    const progress: number[] = [];
    const { v1: hashes } = await hashPieces({
      files,
      pieceLength: 256 * KIB,
      onPiece: (index, { v1 }) => pieces.set(index, v1),
      onProgress: (bytesDone) => progress.push(bytesDone),
    });
    assert.equal(pieces.size, 13);
    for (const [index, digest] of pieces)
      assert.deepEqual(Buffer.from(digest), Buffer.from(hashes.subarray(20 * index, 20 * index + 20)));
    assert.equal(progress.at(-1), bytes.length);
  });

  it('rejects a missing, shorter, longer or unreadable file and names it', async (test) => {
    const { files } = await makeFiles(test, [MIB, MIB, MIB, MIB]);
    const paths = files.map((file) => file.path ?? '');
    const [missing = '', shorter = '', longer = '', folder = ''] = paths;
    await rm(missing);
    await truncate(shorter, MIB - 1);
    appendFileSync(longer, 'x');
    await rm(folder);
    await mkdir(folder);
    const hashOnly = (index: number): Promise<PieceHashes> =>
      hashPieces({ files: files.slice(index, index + 1), pieceLength: 64 * KIB });
    await assert.rejects(hashOnly(0), hasCode('ERR_FILE_MISSING', missing));
    await assert.rejects(hashOnly(1), hasCode('ERR_FILE_CHANGED', shorter));
    await assert.rejects(hashOnly(2), hasCode('ERR_FILE_CHANGED', longer));
    await assert.rejects(hashOnly(3), hasCode('ERR_FILE_CHANGED', folder));
  });

  it('rejects a file that it may not read', async (test) => {
    if (process.getuid?.() === 0) return test.skip('root may read everything');
    const { files } = await makeFiles(test, [10]);
    await chmod(files[0]?.path ?? '', 0);
    await assert.rejects(hashPieces({ files, pieceLength: 16 * KIB }), hasCode('ERR_FILE_UNREADABLE'));
  });

  it('notices a file that changes while it is hashed', async (test) => {
    const { files } = await makeFiles(test, [4 * MIB, 4 * MIB]);
    const [, second = ''] = files.map((file) => file.path ?? '');
    const onPiece = (index: number): void => {
      if (index === 5) appendFileSync(second, 'x'); // the file is open: it was read in part
    };
    await assert.rejects(
      hashPieces({ files, pieceLength: MIB, onPiece }),
      hasCode('ERR_FILE_CHANGED', second),
    );
  });

  it('ends with what a function of the caller throws, and the pool goes on with the next job', async (test) => {
    const pool = new HashPool({ threads: 2 });
    test.after(() => pool.stop());
    pool.start();
    const { files, bytes } = await makeFiles(test, [3 * MIB]);
    const fail = (): never => {
      throw new Error('the caller’s own');
    };
    for (const how of [{ onProgress: fail }, { onPiece: fail }])
      await assert.rejects(hashPieces({ files, pieceLength: MIB, pool, ...how }), /the caller’s own/);
    const { v1 } = await hashPieces({ files, pieceLength: MIB, pool });
    assert.deepEqual(Buffer.from(v1), plainV1(bytes, MIB));
  });

  it('stops when it is aborted, and the pool goes on with the next job', async (test) => {
    const { files, bytes } = await makeFiles(test, [4 * MIB, 4 * MIB, 4 * MIB]);
    const pool = new HashPool({ threads: 2 });
    test.after(() => pool.stop());
    const controller = new AbortController();
    const reason = new Error('enough');
    const onPiece = (): void => controller.abort(reason);
    const options = { files, pieceLength: 64 * KIB, pool };
    await assert.rejects(hashPieces({ ...options, signal: controller.signal, onPiece }), reason);
    await assert.rejects(hashPieces({ ...options, signal: controller.signal }), reason);
    assert.deepEqual(Buffer.from((await hashPieces(options)).v1), plainV1(bytes, 64 * KIB));
  });
});

describe('HashPool', () => {
  it('runs the jobs of several callers, and hashes with the caller when told to', async (test) => {
    const pool = new HashPool({ threads: 2, callerHelps: true });
    test.after(() => pool.stop());
    pool.start();
    const inputs = await Promise.all([1, 2, 3].map((n) => makeFiles(test, [n * MIB, n * 100_000])));
    const results = await Promise.all(
      inputs.map(({ files }) => hashPieces({ files, pieceLength: 128 * KIB, pool })),
    );
    for (const [index, { bytes }] of inputs.entries())
      assert.deepEqual(Buffer.from(results[index]?.v1 ?? []), plainV1(bytes, 128 * KIB));
  });

  it('lets other events in while the caller hashes with all cores', async (test) => {
    const folder = await makeTempFolder(test);
    const [path, length] = [join(folder, 'sparse.bin'), 256 * MIB];
    await writeFile(path, '');
    await truncate(path, length);
    const pool = new HashPool({ callerHelps: true });
    test.after(() => pool.stop());
    let turns = 0;
    const count = setInterval(() => turns++, 1);
    await hashPieces({ files: [{ path, length }], pieceLength: MIB, pool });
    clearInterval(count);
    assert.ok(turns > 3, `${turns} turns`);
  });

  it('refuses a number of threads that makes no sense', () => {
    for (const threads of [0, -1, 1.5, 65, Number.NaN])
      assert.throws(() => new HashPool({ threads }), hasCode('ERR_OPTION'));
  });

  it('fails the job under way when it is stopped, and all later ones', async (test) => {
    const { files } = await makeFiles(test, [4 * MIB, 4 * MIB, 4 * MIB]);
    const pool = new HashPool({ threads: 1 });
    const job = hashPieces({ files, pieceLength: 64 * KIB, pool, onPiece: () => void pool.stop() });
    await assert.rejects(job, hasCode('ERR_HASHING'));
    await pool.stop();
    await assert.rejects(hashPieces({ files, pieceLength: 64 * KIB, pool }), hasCode('ERR_HASHING'));
  });
});
