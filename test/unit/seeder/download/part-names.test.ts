import assert from 'node:assert/strict';
import { link, mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { makePeerId } from '../../../../src/bittorrent/peer-id.ts';
import { partNamesOf } from '../../../../src/seeder/disk/part-names.ts';
import { storedFiles } from '../../../../src/seeder/disk/storage-layout.ts';
import type { SeedNode } from '../../../../src/seeder/seed-node.ts';
import { checksums } from '../../../support/data.ts';
import { eventually } from '../../../support/eventually.ts';
import { loopbackPeer, mirrorFixture, startMirrorNode } from '../../../support/mirrored-torrent.ts';
import { makeTorrentFixture, seedFixture, torrentState } from '../../../support/seeded-torrent.ts';
import { makeTempFolder } from '../../../support/temp-folder.ts';

const FILES = { 'a.bin': 150_001, 'deep/b.bin': 300_000, 'empty.bin': 0 };

const names = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { recursive: true })).filter((name) => name.includes('.bin')).sort();

/** A node that remembers what it is told to. */
async function startNode(t: TestContext): Promise<{ node: SeedNode; resume: () => string | null }> {
  const node = await startMirrorNode(t, { usesPartNames: true });
  let resume: string | null = null;
  node.on('resumeChanged', (_infoHash, text) => {
    resume = text;
  });
  return { node, resume: () => resume };
}

test('a file bears its own name when it is complete, and not before', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: FILES });
  const { port } = await seedFixture(t, fixture);
  const { node, torrent, dataPath } = await mirrorFixture(t, fixture, [], { usesPartNames: true });
  await torrentState(node, torrent, 'downloading');
  assert.deepEqual(await names(dataPath), ['a.bin.part', 'deep/b.bin.part', 'empty.bin']);
  node.addPeers(torrent.infoHash, [loopbackPeer(port)]);
  await torrentState(node, torrent, 'seeding', 'failed');
  assert.equal(torrent.failure, undefined);
  assert.deepEqual(await checksums(dataPath), await checksums(fixture.dataPath));
});

test('what is renamed while others fetch it goes on being served', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: { 'a.bin': 6_000_001, 'b.bin': 3_000_000 } });
  const { port } = await seedFixture(t, fixture);
  const { node, torrent } = await mirrorFixture(t, fixture, [loopbackPeer(port)], { usesPartNames: true });
  const other = await mirrorFixture(t, fixture, [loopbackPeer(node.port)], {
    peerId: makePeerId(new Uint8Array(12).fill(7)),
    usesPartNames: true,
  });
  await torrentState(node, torrent, 'seeding', 'failed');
  await torrentState(other.node, other.torrent, 'seeding', 'failed');
  assert.deepEqual([torrent.failure, other.torrent.failure], [undefined, undefined]);
  assert.deepEqual(await checksums(other.dataPath), await checksums(fixture.dataPath));
});

test('goes on with files of either name after a restart', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: { 'a.bin': 200_000, 'b.bin': 200_000 } });
  const { port, torrent: seed } = await seedFixture(t, fixture);
  const dataPath = join(await makeTempFolder(t), 'sample');
  await mkdir(dataPath);
  await writeFile(join(dataPath, 'a.bin.part'), fixture.data.subarray(0, 150_000));
  await writeFile(join(dataPath, 'b.bin'), fixture.data.subarray(200_000));
  const { node } = await startNode(t);
  const { metainfo } = fixture;
  const torrent = node.add({ metainfo, dataPath, isMirrored: true, peers: [loopbackPeer(port)] });
  await torrentState(node, torrent, 'seeding', 'failed');
  assert.equal(torrent.failure, undefined);
  assert.deepEqual(await names(dataPath), ['a.bin', 'b.bin']);
  assert.ok(seed.uploadedBytes <= 4 * 32_768, `${seed.uploadedBytes} bytes were fetched`);
});

test('a crash before the rename, or in its middle, is made good by the next check', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: FILES });
  const { port } = await seedFixture(t, fixture);
  const first = await startNode(t);
  const dataPath = join(await makeTempFolder(t), 'sample');
  const { metainfo } = fixture;
  const torrent = first.node.add({ metainfo, dataPath, isMirrored: true, peers: [loopbackPeer(port)] });
  await torrentState(first.node, torrent, 'seeding', 'failed');
  await eventually('a record', () => first.resume()?.includes('"all"'));
  await first.node.stop();
  await rename(join(dataPath, 'a.bin'), join(dataPath, 'a.bin.part'));
  await link(join(dataPath, 'deep/b.bin'), join(dataPath, 'deep/b.bin.part'));
  const second = await startNode(t);
  const again = second.node.add({ metainfo, dataPath, isMirrored: true, resume: first.resume() });
  await torrentState(second.node, again, 'seeding', 'failed', 'downloading');
  assert.equal(again.state, 'seeding');
  assert.deepEqual(await names(dataPath), ['a.bin', 'deep/b.bin', 'empty.bin']);
  assert.equal((await stat(join(dataPath, 'deep/b.bin'))).nlink, 1);
});

test('never takes the name from a file that came there meanwhile, and goes on when that is moved away', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: FILES });
  const { port } = await seedFixture(t, fixture);
  const { node, torrent, dataPath } = await mirrorFixture(t, fixture, [], { usesPartNames: true });
  await torrentState(node, torrent, 'downloading');
  await writeFile(join(dataPath, 'a.bin'), 'my diary');
  node.addPeers(torrent.infoHash, [loopbackPeer(port)]);
  await torrentState(node, torrent, 'failed');
  assert.equal(torrent.error?.code, 'ERR_TARGET_OCCUPIED');
  assert.equal(await readFile(join(dataPath, 'a.bin'), 'utf8'), 'my diary');
  await rename(join(dataPath, 'a.bin'), join(dataPath, 'diary.txt'));
  node.startTorrent(torrent.infoHash);
  await torrentState(node, torrent, 'downloading', 'seeding');
  node.addPeers(torrent.infoHash, [loopbackPeer(port)]);
  await torrentState(node, torrent, 'seeding', 'failed');
  assert.deepEqual(await readFile(join(dataPath, 'a.bin')), fixture.data.subarray(0, 150_001));
});

test('a name that another file of the torrent has, or that would be too long, is not used', async (t) => {
  const long = 'n'.repeat(251);
  const content = { a: 10, 'A.part': 10, [long]: 10, b: 10 };
  const { metainfo, dataPath } = await makeTorrentFixture(t, { content });
  const partNames = partNamesOf(metainfo.info, storedFiles(metainfo.info, dataPath));
  const expected = [undefined, join(dataPath, 'A.part.part'), undefined, join(dataPath, 'b.part')];
  assert.deepEqual(partNames, expected);
});
