import assert from 'node:assert/strict';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { TORRENT_VERSIONS } from '../../../../src/bittorrent/metainfo/metainfo.ts';
import { makePeerId } from '../../../../src/bittorrent/peer-id.ts';
import { createTorrent } from '../../../../src/builder/create-torrent.ts';
import { checksums } from '../../../support/data.ts';
import { loopbackPeer, mirrorFixture, startMirrorNode } from '../../../support/mirrored-torrent.ts';
import { makeTorrentFixture, seedFixture, torrentState } from '../../../support/seeded-torrent.ts';
import { makeTempFolder } from '../../../support/temp-folder.ts';

const FOLDER = { 'a.bin': 150_001, 'deep/er/b.bin': 300_000, 'empty.bin': 0, 'z.bin': 16_384 };

test('fetches a folder from a seed and seeds on', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: FOLDER });
  const { port } = await seedFixture(t, fixture);
  const { node, torrent, dataPath } = await mirrorFixture(t, fixture, [loopbackPeer(port)]);
  await torrentState(node, torrent, 'seeding', 'failed');
  assert.equal(torrent.failure, undefined);
  assert.deepEqual(await checksums(dataPath), await checksums(fixture.dataPath));
  const again = await mirrorFixture(t, fixture, [loopbackPeer(node.port)], {
    peerId: makePeerId(new Uint8Array(12).fill(1)),
  });
  await torrentState(again.node, again.torrent, 'seeding', 'failed');
  assert.deepEqual(await checksums(again.dataPath), await checksums(fixture.dataPath));
});

for (const version of TORRENT_VERSIONS) {
  test(`checks what it fetches by all hashes of a ${version} torrent`, async (t) => {
    const made = await makeTorrentFixture(t, { content: FOLDER });
    const { metainfo } = await createTorrent(made.dataPath, { version, pieceLength: 32_768 });
    const fixture = { ...made, metainfo };
    const { port } = await seedFixture(t, fixture);
    const { node, torrent, dataPath } = await mirrorFixture(t, fixture, [loopbackPeer(port)]);
    await torrentState(node, torrent, 'seeding', 'failed');
    assert.equal(torrent.failure, undefined);
    assert.deepEqual(await checksums(dataPath), await checksums(fixture.dataPath));
  });
}

test('two that lack different pieces help each other', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: { 'a.bin': 12 * 32_768, 'b.bin': 400_000 } });
  const { metainfo } = fixture;
  const nodes = [];
  for (const [id, name] of ['a.bin', 'b.bin'].entries()) {
    const dataPath = join(await makeTempFolder(t), 'sample');
    await mkdir(dataPath);
    await writeFile(join(dataPath, name), await readFile(join(fixture.dataPath, name)));
    const node = await startMirrorNode(t, { peerId: makePeerId(new Uint8Array(12).fill(id)) });
    const peers = nodes.map((other) => loopbackPeer(other.node.port));
    const torrent = node.add({ metainfo, dataPath, isMirrored: true, peers });
    await torrentState(node, torrent, 'downloading');
    nodes.push({ node, torrent, dataPath });
  }
  for (const { node, torrent, dataPath } of nodes) {
    await torrentState(node, torrent, 'seeding');
    assert.deepEqual(await checksums(dataPath), await checksums(fixture.dataPath));
  }
});

test('goes on with what is there already, whole or in part', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: 400_000 });
  const { port, torrent: seed } = await seedFixture(t, fixture);
  const dataPath = join(await makeTempFolder(t), 'sample');
  await writeFile(dataPath, fixture.data.subarray(0, 200_000));
  const node = await startMirrorNode(t);
  const torrent = node.add({
    metainfo: fixture.metainfo,
    dataPath,
    isMirrored: true,
    peers: [loopbackPeer(port)],
  });
  await torrentState(node, torrent, 'seeding', 'failed');
  assert.equal(torrent.failure, undefined);
  assert.ok(seed.uploadedBytes < 300_000, `${seed.uploadedBytes} bytes were fetched`);
  assert.deepEqual(await readFile(dataPath), fixture.data);
});

test('does not write over a file of the same name that is another', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: 400_000 });
  const { port } = await seedFixture(t, fixture);
  const dataPath = join(await makeTempFolder(t), 'sample');
  await writeFile(dataPath, 'my diary');
  const node = await startMirrorNode(t);
  const torrent = node.add({
    metainfo: fixture.metainfo,
    dataPath,
    isMirrored: true,
    peers: [loopbackPeer(port)],
  });
  await torrentState(node, torrent, 'failed');
  assert.equal(torrent.error?.code, 'ERR_TARGET_OCCUPIED');
  assert.equal(await readFile(dataPath, 'utf8'), 'my diary');
});

test('does not share its place with another torrent', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: FOLDER });
  const { metainfo } = await createTorrent(fixture.dataPath, { version: 'v1', pieceLength: 65_536 });
  const { node, torrent, dataPath } = await mirrorFixture(t, fixture, []);
  const refusal = { code: 'ERR_TARGET_OCCUPIED' };
  assert.throws(() => node.add({ metainfo, dataPath, isMirrored: true }), refusal);
  assert.throws(() => node.add({ metainfo, dataPath: join(dataPath, 'deep'), isMirrored: true }), refusal);
  assert.throws(() => node.add({ metainfo, dataPath: dirname(dataPath) }), refusal);
  assert.equal(node.torrents().length, 1);
  node.remove(torrent.infoHash);
  node.add({ metainfo, dataPath, isMirrored: true });
});

test('is refused when its pieces do not fit into memory', async (t) => {
  const { metainfo, dataPath } = await makeTorrentFixture(t, { content: 400_000 });
  const node = await startMirrorNode(t, { limits: { downloadBytes: metainfo.info.pieceLength - 1 } });
  assert.throws(() => node.add({ metainfo, dataPath, isMirrored: true }), { code: 'ERR_PIECE_LENGTH' });
  assert.equal(node.torrents().length, 0);
});

test('does not follow a link out of the target folder', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: FOLDER });
  const outside = await makeTempFolder(t);
  const dataPath = join(await makeTempFolder(t), 'sample');
  await mkdir(dataPath);
  await symlink(outside, join(dataPath, 'deep'));
  const node = await startMirrorNode(t);
  const torrent = node.add({ metainfo: fixture.metainfo, dataPath, isMirrored: true });
  await torrentState(node, torrent, 'failed');
  assert.equal(torrent.error?.code, 'ERR_TARGET_OCCUPIED');
});

test('does not make a target folder that is missing', async (t) => {
  const fixture = await makeTorrentFixture(t);
  const node = await startMirrorNode(t);
  const dataPath = join(await makeTempFolder(t), 'not-mounted', 'sample');
  const torrent = node.add({ metainfo: fixture.metainfo, dataPath, isMirrored: true });
  await torrentState(node, torrent, 'failed');
  assert.equal(torrent.error?.code, 'ERR_STORAGE_MISSING');
  assert.equal(torrent.error?.path, dirname(dataPath));
});

test('paused, it fetches nothing; resumed, it goes on', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: 400_000 });
  const { port } = await seedFixture(t, fixture);
  const { node, torrent, dataPath } = await mirrorFixture(t, fixture, [loopbackPeer(port)]);
  node.pauseTorrent(torrent.infoHash);
  await torrentState(node, torrent, 'paused');
  assert.equal(torrent.hasAny, false);
  node.startTorrent(torrent.infoHash);
  await torrentState(node, torrent, 'seeding');
  assert.deepEqual(await readFile(dataPath), fixture.data);
});

test('of two that an earlier version let share a place, the later fails and says why, until the other is gone', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: FOLDER });
  const { metainfo } = await createTorrent(fixture.dataPath, { version: 'v1', pieceLength: 65_536 });
  const { node, torrent, dataPath } = await mirrorFixture(t, fixture, []);
  const later = node.add({ metainfo, dataPath, isMirrored: true, isRestored: true });
  assert.deepEqual([later.state, later.error?.code], ['failed', 'ERR_TARGET_OCCUPIED']);
  assert.throws(() => node.startTorrent(later.infoHash), { code: 'ERR_TARGET_OCCUPIED' });
  assert.equal(later.state, 'failed');
  node.remove(torrent.infoHash);
  node.startTorrent(later.infoHash);
  await torrentState(node, later, 'downloading');
});
