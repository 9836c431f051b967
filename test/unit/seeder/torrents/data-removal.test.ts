import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { loopbackPeer, mirrorFixture, startMirrorNode } from '../../../support/mirrored-torrent.ts';
import {
  makeSeedNode,
  makeTorrentFixture,
  seedFixture,
  torrentState,
} from '../../../support/seeded-torrent.ts';
import { makeTempFolder } from '../../../support/temp-folder.ts';

const FOLDER = { 'a.bin': 50_000, 'deep/b.bin': 40_000, 'deep/er/c.bin': 1, 'deep/empty': 0 };

test('without data, a torrent that is removed leaves its files', async (t) => {
  const fixture = await makeTorrentFixture(t);
  const { node, torrent } = await seedFixture(t, fixture);
  node.remove(torrent.infoHash);
  assert.deepEqual(await readFile(fixture.dataPath), fixture.data);
});

test('with data, the files of a torrent go, and the folders that are empty then', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: FOLDER });
  const { node, torrent } = await seedFixture(t, fixture);
  const deletion = await node.removeWithData(torrent.infoHash);
  assert.deepEqual(deletion, { deletedFiles: 4, deletedBytes: 90_001, kept: [], keptCount: 0 });
  assert.deepEqual(await readdir(dirname(fixture.dataPath)), [], 'the folder around it stays');
  assert.equal(node.torrent(torrent.infoHash), undefined);
});

test('with data, the only file of a torrent goes, and nothing around it', async (t) => {
  const fixture = await makeTorrentFixture(t);
  const folder = dirname(fixture.dataPath);
  await writeFile(join(folder, 'mine'), '');
  const { node, torrent } = await seedFixture(t, fixture);
  await node.removeWithData(torrent.infoHash);
  assert.deepEqual(await readdir(folder), ['mine']);
});

test('a file that is not of the torrent stays, with its folder', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: FOLDER });
  const mine = join(fixture.dataPath, 'deep/mine.txt');
  await writeFile(mine, 'mine');
  const { node, torrent } = await seedFixture(t, fixture);
  const { kept, deletedFiles } = await node.removeWithData(torrent.infoHash);
  assert.equal(deletedFiles, 4);
  assert.deepEqual(
    kept.map(({ path, reason }) => [path, reason]),
    [
      [join(fixture.dataPath, 'deep'), 'not-empty'],
      [fixture.dataPath, 'not-empty'],
    ],
  );
  assert.deepEqual(await readdir(join(fixture.dataPath, 'deep')), ['mine.txt']);
});

test('nothing behind a link is deleted, nor the link', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: FOLDER });
  const elsewhere = await makeTempFolder(t);
  await rename(join(fixture.dataPath, 'deep'), join(elsewhere, 'deep'));
  await symlink(join(elsewhere, 'deep'), join(fixture.dataPath, 'deep'));
  await rename(join(fixture.dataPath, 'a.bin'), join(elsewhere, 'a.bin'));
  await symlink(join(elsewhere, 'a.bin'), join(fixture.dataPath, 'a.bin'));
  const { node, torrent } = await seedFixture(t, fixture);
  const { deletedFiles, kept } = await node.removeWithData(torrent.infoHash);
  assert.equal(deletedFiles, 0);
  assert.deepEqual(kept.map(({ reason }) => reason).sort(), ['link', 'link', 'not-empty']);
  assert.deepEqual((await readdir(elsewhere)).sort(), ['a.bin', 'deep']);
  assert.deepEqual((await readdir(join(elsewhere, 'deep'))).sort(), ['b.bin', 'empty', 'er']);
});

test('a file of another length is another file, and stays', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: FOLDER });
  const { node, torrent } = await seedFixture(t, fixture);
  await writeFile(join(fixture.dataPath, 'a.bin'), 'my diary');
  const { deletedFiles, kept } = await node.removeWithData(torrent.infoHash);
  assert.equal(deletedFiles, 3);
  assert.match(kept[0]?.message ?? '', /a\.bin has 8 bytes where the torrent has 50000/);
  assert.equal(await readFile(join(fixture.dataPath, 'a.bin'), 'utf8'), 'my diary');
});

test('what is missing already is no error', async (t) => {
  const fixture = await makeTorrentFixture(t);
  const { node, torrent } = await seedFixture(t, fixture);
  await rename(fixture.dataPath, `${fixture.dataPath}.away`);
  const deletion = await node.removeWithData(torrent.infoHash);
  assert.deepEqual(deletion, { deletedFiles: 0, deletedBytes: 0, kept: [], keptCount: 0 });
});

test('folders that are missing already are no error', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: FOLDER });
  const { node, torrent } = await seedFixture(t, fixture);
  await rm(join(fixture.dataPath, 'deep'), { recursive: true });
  const deletion = await node.removeWithData(torrent.infoHash);
  assert.deepEqual(deletion, { deletedFiles: 1, deletedBytes: 50_000, kept: [], keptCount: 0 });
  assert.ok(!existsSync(fixture.dataPath));
});

test('is refused, and nothing is done, while another torrent has the place, by whatever path', async (t) => {
  const whole = await makeTorrentFixture(t, { content: FOLDER });
  const part = await makeTorrentFixture(t, { content: 7000 });
  const link = join(await makeTempFolder(t), 'link');
  await symlink(whole.dataPath, link);
  await writeFile(join(whole.dataPath, 'sample'), part.data);
  const { node, torrent } = await seedFixture(t, whole);
  const other = node.add({ metainfo: part.metainfo, dataPath: join(link, 'sample') });
  await torrentState(node, other, 'seeding');
  await assert.rejects(node.removeWithData(torrent.infoHash), { code: 'ERR_PLACE_SHARED' });
  await assert.rejects(node.removeWithData(other.infoHash), { code: 'ERR_PLACE_SHARED' });
  assert.deepEqual([torrent.state, other.state], ['seeding', 'seeding']);
  node.remove(other.infoHash);
  await node.removeWithData(torrent.infoHash);
  assert.deepEqual(await readdir(whole.dataPath), ['sample']);
});

test("somebody's file that was in a mirror's way is never deleted with it", async (t) => {
  const fixture = await makeTorrentFixture(t);
  const node = await startMirrorNode(t);
  const dataPath = join(await makeTempFolder(t), 'sample');
  await writeFile(dataPath, Buffer.alloc(fixture.data.length, 'mine'));
  const torrent = node.add({ metainfo: fixture.metainfo, dataPath, isMirrored: true });
  await torrentState(node, torrent, 'failed');
  const { deletedFiles, kept } = await node.removeWithData(torrent.infoHash);
  assert.equal(deletedFiles, 0);
  assert.equal(kept[0]?.reason, 'not-ours');
  assert.ok(existsSync(dataPath));
});

test('a mirror that is removed while it is being made or fetched leaves nothing', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: { ...FOLDER, 'big.bin': 3_000_000 } });
  const { port } = await seedFixture(t, fixture);
  for (const state of ['checking', 'downloading'] as const) {
    const { node, torrent, dataPath } = await mirrorFixture(t, fixture, [loopbackPeer(port)]);
    await torrentState(node, torrent, state, 'seeding');
    const { kept } = await node.removeWithData(torrent.infoHash);
    // What was made before the place was taken up cannot be told from what somebody else has put there.
    assert.ok(!existsSync(dataPath) || kept[0]?.reason === 'not-ours', JSON.stringify(kept));
    if (state === 'downloading') assert.ok(!existsSync(dataPath));
  }
});

test('an unknown torrent is an error', async (t) => {
  const { metainfo } = await makeTorrentFixture(t);
  await assert.rejects(makeSeedNode(t).removeWithData(metainfo.infoHash), { code: 'ERR_TORRENT_UNKNOWN' });
});

test('an empty folder in the place of a file of the torrent stays', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: FOLDER });
  const { node, torrent } = await seedFixture(t, fixture);
  await rename(join(fixture.dataPath, 'a.bin'), join(fixture.dataPath, '..', 'moved'));
  await mkdir(join(fixture.dataPath, 'a.bin'));
  const { kept } = await node.removeWithData(torrent.infoHash);
  assert.deepEqual(
    kept.map(({ reason }) => reason),
    ['other', 'not-empty'],
  );
});
