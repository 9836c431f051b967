import assert from 'node:assert/strict';
import { mkdir, readFile, readlink, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { encodeInfo, encodeMetainfo } from '../../../../src/bittorrent/metainfo/encode.ts';
import { parseMetainfo } from '../../../../src/bittorrent/metainfo/parse.ts';
import { pieceHashesOf } from '../../../../src/builder/hashing/piece-hashes.ts';
import { withDeadline } from '../../../support/eventually.ts';
import { foreignFolder } from '../../../support/foreign-folder.ts';
import { makeTorrentFixture, seedFixture, type TorrentFixture } from '../../../support/seeded-torrent.ts';
import { makeTempFolder } from '../../../support/temp-folder.ts';

/** A torrent of a file and of a symbolic link to it (BEP 47), which lies on the disk as such. */
async function linkedFixture(t: TestContext): Promise<TorrentFixture> {
  const { metainfo, dataPath, data } = await makeTorrentFixture(t, { content: { 'deep/a.bin': 100_000 } });
  const infoBytes = encodeInfo({
    name: 'sample',
    pieceLength: metainfo.info.pieceLength,
    pieces: pieceHashesOf(metainfo).v1,
    files: [
      { path: ['deep', 'a.bin'], length: data.length },
      { path: ['links', 'a.bin'], length: 0, linkTarget: ['deep', 'a.bin'] },
    ],
  });
  const torrent = encodeMetainfo({ infoBytes });
  await mkdir(join(dataPath, 'links'));
  await symlink('../deep/a.bin', join(dataPath, 'links/a.bin'));
  return { metainfo: parseMetainfo(torrent), torrent, dataPath, data };
}

for (const [where, folderFor] of [
  ['on its file system', makeTempFolder],
  ['to another file system', foreignFolder],
] as const)
  test(`a symbolic link of a torrent moves ${where} as a link`, async (t) => {
    const folder = await folderFor(t);
    if (folder === undefined) return t.skip('there is no other file system');
    const fixture = await linkedFixture(t);
    const { node, torrent } = await seedFixture(t, fixture);
    const { promise, resolve } = Promise.withResolvers<void>();
    node.once('moved', () => resolve());
    node.once('moveFailed', () => resolve());
    node.setPreferences(torrent.infoHash, { moveTo: folder });
    await withDeadline('the end of the move', promise);
    assert.equal(torrent.moveError?.message, undefined);
    assert.equal(await readlink(join(folder, 'sample/links/a.bin')), '../deep/a.bin');
    assert.deepEqual(await readFile(join(folder, 'sample/deep/a.bin')), fixture.data);
    await assert.rejects(readlink(join(fixture.dataPath, 'links/a.bin')), { code: 'ENOENT' });
  });
