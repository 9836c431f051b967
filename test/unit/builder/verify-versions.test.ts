import assert from 'node:assert/strict';
import { chmod, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { encodeInfo, encodeMetainfo } from '../../../src/bittorrent/metainfo/encode.ts';
import type { Metainfo, TorrentVersion } from '../../../src/bittorrent/metainfo/metainfo.ts';
import { parseMetainfo } from '../../../src/bittorrent/metainfo/parse.ts';
import { createTorrent } from '../../../src/builder/create-torrent.ts';
import { verify } from '../../../src/builder/verify.ts';
import { randomBytesOf } from '../../support/data.ts';
import { makeTempFolder } from '../../support/temp-folder.ts';
import { type Contents, make } from '../bittorrent/metainfo/v2-fixtures.ts';

const PIECE = 32_768;
const CONTENTS: Contents = {
  a: randomBytesOf(1, 3 * PIECE + 100),
  'b/c': randomBytesOf(2, 5),
  'b/d': new Uint8Array(),
  e: randomBytesOf(3, 2 * PIECE),
};

async function write(folder: string, contents: Contents): Promise<void> {
  for (const [path, bytes] of Object.entries(contents)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
}

/** The contents on disk, and their torrent. */
async function makeContent(
  t: TestContext,
  version: TorrentVersion,
): Promise<{ folder: string; metainfo: Metainfo }> {
  const folder = join(await makeTempFolder(t), 'content');
  await write(folder, CONTENTS);
  return { folder, metainfo: make(CONTENTS, { name: 'content', pieceLength: PIECE, version }) };
}

const statesOf = (files: readonly { readonly state: string }[]): string[] => files.map(({ state }) => state);

for (const version of ['v1', 'v2', 'hybrid'] as const)
  describe(`verify of a ${version} torrent`, () => {
    it('finds all good', async (t) => {
      const { folder, metainfo } = await makeContent(t, version);
      const bytes: number[] = [];
      const result = await verify(metainfo, folder, {
        onProgress: ({ bytesDone, bytesTotal }) => bytes.push((bytesTotal ?? 0) - bytesDone),
      });
      assert.equal(result.isComplete, true);
      assert.deepEqual(statesOf(result.files), ['ok', 'ok', 'ok', 'ok'], 'pad files are not among them');
      assert.equal(result.goodBytes, metainfo.info.contentLength);
      assert.equal(bytes.at(-1), 0, 'the progress reaches its end');
    });

    it('names the file and the pieces that are wrong', async (t) => {
      const { folder, metainfo } = await makeContent(t, version);
      const spoilt = Buffer.from(CONTENTS['a'] ?? []);
      spoilt.writeUInt8(spoilt.readUInt8(PIECE) ^ 1, PIECE);
      await writeFile(join(folder, 'a'), spoilt);
      const { files, badPieces, goodBytes } = await verify(metainfo, folder);
      assert.deepEqual(badPieces, [1]);
      assert.deepEqual(statesOf(files), ['pieces', 'ok', 'ok', 'ok']);
      assert.deepEqual(files[0]?.badRanges, [[1, 1]]);
      assert.equal(goodBytes, metainfo.info.contentLength - PIECE);
    });

    it('names what is missing, and reads the rest', async (t) => {
      const { folder, metainfo } = await makeContent(t, version);
      await rm(join(folder, 'a'));
      await rm(join(folder, 'b/d'));
      const { files, goodPieces } = await verify(metainfo, folder);
      const neighbour = version === 'v1' ? 'unsure' : 'ok'; // in v1 it shares a piece with what is missing
      assert.deepEqual(statesOf(files), ['missing', neighbour, 'missing', neighbour]);
      assert.equal(goodPieces, version === 'v1' ? 2 : 3);
    });
  });

describe('verify', () => {
  it('wants both hashes of a hybrid to match', async (t) => {
    const { folder, metainfo } = await makeContent(t, 'hybrid');
    const pieces = new Uint8Array(metainfo.info.pieces);
    pieces.fill(0, 0, 20);
    const other = { ...metainfo, info: { ...metainfo.info, pieces } };
    assert.deepEqual((await verify(other, folder)).badPieces, [0]);
  });

  it('goes by SHA-1 where a hybrid has lost its piece layers', async (t) => {
    const { folder, metainfo } = await makeContent(t, 'hybrid');
    const { pieceLayers: _lost, ...bare } = metainfo;
    assert.equal((await verify(bare, folder)).isComplete, true);
    await writeFile(join(folder, 'e'), randomBytesOf(9, 2 * PIECE));
    assert.equal((await verify(bare, folder)).files[3]?.state, 'pieces');
  });

  it('finds nothing good where nothing is, without reading', async (t) => {
    const { folder, metainfo } = await makeContent(t, 'hybrid');
    await rm(folder, { recursive: true });
    await mkdir(folder);
    const result = await verify(metainfo, folder);
    assert.deepEqual([result.goodPieces, result.goodBytes], [0, 0]);
    assert.deepEqual(statesOf(result.files), ['missing', 'missing', 'missing', 'missing']);
  });

  it('tells a folder in the place of a file, and a file in the place of the folder', async (t) => {
    const { folder, metainfo } = await makeContent(t, 'v1');
    await rm(join(folder, 'e'));
    await mkdir(join(folder, 'e'));
    const { files } = await verify(metainfo, folder);
    assert.deepEqual([files[3]?.state, files[3]?.reason], ['kind', 'it is not a file']);
    await assert.rejects(verify(metainfo, join(folder, 'a')), { code: 'ERR_INPUT' });
  });

  it('tells a file that may not be read', async (t) => {
    if (process.getuid?.() === 0) return t.skip('root may read everything');
    const { folder, metainfo } = await makeContent(t, 'v2');
    await chmod(join(folder, 'e'), 0);
    assert.equal((await verify(metainfo, folder)).files[3]?.state, 'unreadable');
    return undefined;
  });

  it('names the files that the torrent does not have, when asked', async (t) => {
    const { folder, metainfo } = await makeContent(t, 'hybrid');
    await write(folder, { 'b/more': new Uint8Array(1), 'z/.hidden': new Uint8Array(1) });
    await symlink('a', join(folder, 'link'));
    const { isComplete, extraFiles } = await verify(metainfo, folder, { findsExtraFiles: true });
    assert.deepEqual([isComplete, extraFiles], [true, ['b/more', 'link', 'z/.hidden']]);
    assert.equal((await verify(metainfo, folder)).extraFiles, undefined);
  });
});

describe('verify of symbolic links (BEP 47)', () => {
  /** A torrent of a file and of a link to it in a folder. */
  async function makeLinked(t: TestContext): Promise<{ folder: string; metainfo: Metainfo }> {
    const folder = join(await makeTempFolder(t), 'linked');
    await write(folder, { 'a/file': randomBytesOf(1, 100) });
    await mkdir(join(folder, 'b'));
    const { metainfo } = await createTorrent(folder, { links: 'skip' });
    const infoBytes = encodeInfo({
      name: 'linked',
      pieceLength: metainfo.info.pieceLength,
      pieces: metainfo.info.pieces,
      files: [
        { path: ['a', 'file'], length: 100 },
        { path: ['b', 'link'], length: 0, linkTarget: ['a', 'file'] },
      ],
    });
    return { folder, metainfo: parseMetainfo(encodeMetainfo({ infoBytes })) };
  }

  for (const [what, target, state] of [
    ['that point where they should', '../a/file', 'ok'],
    ['that point elsewhere', '../a/other', 'link'],
    ['that are not there', undefined, 'missing'],
  ] as const)
    it(`judges those ${what}`, async (t) => {
      const { folder, metainfo } = await makeLinked(t);
      if (target !== undefined) await symlink(target, join(folder, 'b/link'));
      assert.deepEqual(statesOf((await verify(metainfo, folder)).files), ['ok', state]);
    });

  it('takes an absolute link, and no copy', async (t) => {
    const { folder, metainfo } = await makeLinked(t);
    await symlink(join(folder, 'a/file'), join(folder, 'b/link'));
    assert.equal((await verify(metainfo, folder)).isComplete, true);
    await rm(join(folder, 'b/link'));
    await writeFile(join(folder, 'b/link'), randomBytesOf(1, 100));
    assert.deepEqual(statesOf((await verify(metainfo, folder)).files), ['ok', 'kind']);
  });
});
