import assert from 'node:assert/strict';
import { rename, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { TORRENT_VERSIONS, type TorrentVersion } from '../../../../src/bittorrent/metainfo/metainfo.ts';
import { createTorrent } from '../../../../src/builder/create-torrent.ts';
import type { CreateTorrentOptions } from '../../../../src/builder/options.ts';
import { writeRandomFile } from '../../../support/data.ts';
import { refusal } from '../../../support/refusal.ts';
import { makeTempFolder } from '../../../support/temp-folder.ts';

const plain: CreateTorrentOptions = { pieceLength: 16_384, creationDate: 'none' };

/** A folder with three files, one of which is long enough to have pieces that nobody looks at. */
async function makeFolder(test: TestContext): Promise<string> {
  const folder = join(await makeTempFolder(test), 'folder');
  await writeRandomFile(join(folder, 'b', 'long'), 200 * 16_384 + 5, 1);
  await writeRandomFile(join(folder, 'b.txt'), 20_000, 2);
  await writeRandomFile(join(folder, 'empty'), 0);
  return folder;
}

describe('hashes of an older torrent', () => {
  const pairs: readonly (readonly [TorrentVersion, TorrentVersion])[] = [
    ['v1', 'v1'],
    ['v2', 'v2'],
    ['hybrid', 'hybrid'],
    ['hybrid', 'v2'],
  ];
  for (const [from, version] of pairs)
    it(`of ${from} make the same ${version} torrent as hashing everything`, async (test) => {
      const folder = await makeFolder(test);
      const older = await createTorrent(folder, { ...plain, version: from, comment: 'older' });
      const fresh = await createTorrent(folder, { ...plain, version });
      const { torrent } = await createTorrent(folder, {
        version,
        creationDate: 'none',
        reuse: older.metainfo,
      });
      assert.deepEqual(torrent, fresh.torrent);
    });

  it('of a hybrid make a v1 torrent that has its pad files, and is good', async (test) => {
    const folder = await makeFolder(test);
    const older = await createTorrent(folder, { ...plain, version: 'hybrid' });
    const { metainfo } = await createTorrent(folder, { version: 'v1', reuse: older.metainfo });
    assert.equal(metainfo.info.version, 'v1');
    assert.deepEqual(metainfo.info.pieces, older.metainfo.info.pieces);
    assert.equal(metainfo.info.length, older.metainfo.info.length);
  });

  for (const version of TORRENT_VERSIONS)
    it(`of a folder with one file make the same ${version} torrent`, async (test) => {
      const folder = join(await makeTempFolder(test), 'folder');
      await writeRandomFile(join(folder, 'only'), 100_000);
      const older = await createTorrent(folder, { ...plain, version });
      const { torrent } = await createTorrent(folder, {
        version,
        creationDate: 'none',
        reuse: older.metainfo,
      });
      assert.deepEqual(torrent, older.torrent);
    });

  it('keep the order of the files that the older torrent has', async (test) => {
    const folder = await makeFolder(test);
    const older = await createTorrent(folder, { ...plain, sort: 'size' });
    const { metainfo } = await createTorrent(folder, { reuse: older.metainfo });
    assert.deepEqual(metainfo.infoHash, older.metainfo.infoHash);
  });

  it('are not taken over for other files, lengths, pieces or versions', async (test) => {
    const folder = await makeFolder(test);
    const { metainfo: reuse } = await createTorrent(folder, plain);
    const again = (options: CreateTorrentOptions): Promise<unknown> =>
      createTorrent(folder, { reuse, ...options });
    await assert.rejects(again({ pieceLength: 32_768 }), refusal('ERR_REUSE', '16384'));
    await assert.rejects(again({ version: 'v2' }), refusal('ERR_REUSE', 'v1', 'v2'));
    await assert.rejects(again({ exclude: ['empty'] }), refusal('ERR_REUSE', 'it has the file "empty"'));
    await rename(join(folder, 'empty'), join(folder, 'other'));
    await assert.rejects(again({}), refusal('ERR_REUSE', '"empty"'));
    await rename(join(folder, 'other'), join(folder, 'empty'));
    await writeRandomFile(join(folder, 'more'), 1);
    await assert.rejects(again({}), refusal('ERR_REUSE', 'it has no file "more"'));
    await rm(join(folder, 'more'));
    await writeRandomFile(join(folder, 'b.txt'), 20_001, 2);
    await assert.rejects(again({}), refusal('ERR_REUSE', 'b.txt', '20000', '20001'));
  });

  it('are refused when a sample of the data is not what they say', async (test) => {
    const folder = await makeFolder(test);
    const { metainfo: reuse } = await createTorrent(folder, plain);
    await writeRandomFile(join(folder, 'b.txt'), 20_000, 3);
    await utimes(join(folder, 'b.txt'), 0, 0);
    await assert.rejects(
      createTorrent(folder, { reuse }),
      refusal('ERR_REUSE', 'not that of the older torrent'),
    );
  });
});
