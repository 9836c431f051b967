import assert from 'node:assert/strict';
import { appendFile, mkdir, open, rename, rm, truncate } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { Metainfo } from '../../../src/bittorrent/metainfo/metainfo.ts';
import { createTorrent } from '../../../src/builder/create-torrent.ts';
import { BuilderError } from '../../../src/builder/hashing/errors.ts';
import { verify } from '../../../src/builder/verify.ts';
import { writeRandomFile } from '../../support/data.ts';
import { makeTempFolder } from '../../support/temp-folder.ts';

const PIECE = 16_384;

/** A folder of three files that together have ten and a bit pieces, an empty file among them, and its torrent. */
async function makeContent(test: TestContext): Promise<{ folder: string; metainfo: Metainfo }> {
  const folder = join(await makeTempFolder(test), 'content');
  await writeRandomFile(join(folder, 'a'), 4 * PIECE, 1);
  await writeRandomFile(join(folder, 'b/c'), 4 * PIECE, 2);
  await writeRandomFile(join(folder, 'd'), 0);
  await writeRandomFile(join(folder, 'e'), 2 * PIECE + 5, 3);
  const { metainfo } = await createTorrent(folder, { pieceLength: PIECE });
  return { folder, metainfo };
}

async function flipByte(path: string, position: number): Promise<void> {
  await using file = await open(path, 'r+');
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, position);
  await file.write(Buffer.from([(byte[0] ?? 0) ^ 1]), 0, 1, position);
}

describe('verify', () => {
  it('finds all good, also by the folder around it', async (test) => {
    const { folder, metainfo } = await makeContent(test);
    const progress: number[] = [];
    for (const path of [folder, dirname(folder)]) {
      const result = await verify(metainfo, path, {
        onProgress: ({ bytesDone }) => progress.push(bytesDone),
      });
      assert.deepEqual(
        [result.isComplete, result.goodPieces, result.badPieces, result.goodBytes],
        [true, 11, [], metainfo.info.length],
      );
      assert.deepEqual(
        result.files.map(({ state }) => state),
        ['ok', 'ok', 'ok', 'ok'],
      );
      assert.equal(result.files[0]?.path, join(folder, 'a'));
      assert.equal(progress.at(-1), metainfo.info.length);
    }
  });

  it('names the pieces that are wrong', async (test) => {
    const { folder, metainfo } = await makeContent(test);
    await flipByte(join(folder, 'a'), PIECE);
    await flipByte(join(folder, 'e'), 2 * PIECE + 4);
    const result = await verify(metainfo, folder);
    assert.deepEqual([result.isComplete, result.badPieces], [false, [1, 10]]);
    assert.equal(result.goodBytes, metainfo.info.length - PIECE - 5);
    assert.deepEqual(
      result.files.map(({ state, pieceCount, badRanges }) => [state, pieceCount, badRanges]),
      [
        ['pieces', 4, [[1, 1]]],
        ['ok', 4, []],
        ['ok', 0, []],
        ['pieces', 3, [[10, 10]]],
      ],
    );
  });

  it('goes on when files are missing, shorter or longer, and names them', async (test) => {
    const { folder, metainfo } = await makeContent(test);
    await truncate(join(folder, 'a'), 3 * PIECE);
    await rm(join(folder, 'b/c'));
    await rm(join(folder, 'd'));
    await appendFile(join(folder, 'e'), 'more');
    const result = await verify(metainfo, folder);
    assert.deepEqual(result.badPieces, [3, 4, 5, 6, 7]);
    assert.deepEqual(
      result.files.map(({ state, reason }) => [state, reason]),
      [
        ['size', `it has ${3 * PIECE} bytes where ${4 * PIECE} were expected`],
        ['missing', 'it does not exist'],
        ['missing', 'it does not exist'],
        ['size', `it has ${2 * PIECE + 9} bytes where ${2 * PIECE + 5} were expected`],
      ],
    );
  });

  it('does not take missing bytes for zeros', async (test) => {
    const path = join(await makeTempFolder(test), 'zeros');
    await using file = await open(path, 'w');
    await file.truncate(3 * PIECE);
    const { metainfo } = await createTorrent(path, { pieceLength: PIECE });
    await file.truncate(2 * PIECE);
    assert.deepEqual((await verify(metainfo, path)).badPieces, [2]);
  });

  it('verifies a single file by its own path, whatever its name, or by its folder', async (test) => {
    const folder = await makeTempFolder(test);
    await writeRandomFile(join(folder, 'file'), 100_000);
    const { metainfo } = await createTorrent(join(folder, 'file'));
    assert.equal((await verify(metainfo, folder)).isComplete, true);
    await mkdir(join(folder, 'sub'));
    await rename(join(folder, 'file'), join(folder, 'sub/renamed'));
    assert.equal((await verify(metainfo, join(folder, 'sub/renamed'))).isComplete, true);
    assert.equal((await verify(metainfo, folder)).isComplete, false);
  });

  it('refuses a path that does not exist, and stops when it is aborted', async (test) => {
    const { folder, metainfo } = await makeContent(test);
    await assert.rejects(
      verify(metainfo, join(folder, 'nowhere')),
      (error) => error instanceof BuilderError && error.code === 'ERR_FILE_MISSING',
    );
    const reason = new Error('stop');
    await assert.rejects(verify(metainfo, folder, { signal: AbortSignal.abort(reason) }), reason);
  });
});
