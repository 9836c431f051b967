import assert from 'node:assert/strict';
import { readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { SeedNode } from '../../../../src/seeder/seed-node.ts';
import type { Torrent } from '../../../../src/seeder/torrent.ts';
import { eventually } from '../../../support/eventually.ts';
import { FakePeer } from '../../../support/fake-peer.ts';
import { startFakeSeed } from '../../../support/fake-seed.ts';
import { FaultyDisk } from '../../../support/faulty-disk.ts';
import { loopbackPeer, mirrorFixture, startMirrorNode } from '../../../support/mirrored-torrent.ts';
import { mountDisk, NO_MOUNT } from '../../../support/mounted.ts';
import { makeTorrentFixture, seedFixture, torrentState } from '../../../support/seeded-torrent.ts';
import { makeTempFolder } from '../../../support/temp-folder.ts';

const PIECE = 32_768;
const PIECES = 40;

async function source(t: TestContext, pieces = PIECES) {
  const fixture = await makeTorrentFixture(t, { content: pieces * PIECE, pieceLength: PIECE });
  const seed = await seedFixture(t, fixture);
  return { fixture, seed, peers: [loopbackPeer(seed.port)] };
}

/** Another torrent of the node that is seeded all the while; the result asks it for a block. */
async function neighbour(t: TestContext, node: SeedNode): Promise<() => Promise<void>> {
  const fixture = await makeTorrentFixture(t, { content: 100_000 });
  const torrent = node.add(fixture);
  await torrentState(node, torrent, 'seeding');
  const peer = await FakePeer.download(t, node.port, fixture.metainfo.infoHash);
  return async () => {
    peer.request(1, 0, 16_384);
    const block = await peer.next(7);
    assert.deepEqual(block.subarray(9), fixture.data.subarray(32_768, 32_768 + 16_384));
    assert.equal(torrent.state, 'seeding');
  };
}

/** A mirror on a faulty disk, with its neighbour. */
async function mirror(t: TestContext, disk: FaultyDisk) {
  const made = await source(t);
  const node = await startMirrorNode(t, { disk, limits: { resumeIntervalMs: 200 } });
  const askNeighbour = await neighbour(t, node);
  const dataPath = join(await makeTempFolder(t), 'sample');
  const { metainfo } = made.fixture;
  const start = (): Torrent => node.add({ metainfo, dataPath, isMirrored: true, peers: made.peers });
  return { ...made, node, dataPath, start, askNeighbour };
}

for (const [what, operation, code, expected] of [
  ['a write fails', 'write', 'EROFS', 'ERR_STORAGE_UNWRITABLE'],
  ['a flush fails', 'flush', 'EIO', 'ERR_STORAGE_UNWRITABLE'],
  ['the disk is full', 'write', 'ENOSPC', 'ERR_STORAGE_FULL'],
] as const)
  test(`when ${what} a mirror fails, its neighbour does not, and it goes on where it was`, async (t) => {
    const disk = new FaultyDisk();
    const { seed, fixture, node, dataPath, start, askNeighbour } = await mirror(t, disk);
    let count = 0;
    disk.fault = (done, path) => {
      if (done !== operation || path !== dataPath) return undefined;
      return operation === 'flush' || ++count > PIECES / 2 ? code : undefined;
    };
    const torrent = start();
    await torrentState(node, torrent, 'failed');
    assert.equal(torrent.error?.code, expected);
    await askNeighbour();
    disk.fault = () => undefined;
    node.startTorrent(torrent.infoHash, { resume: null });
    node.addPeers(torrent.infoHash, [loopbackPeer(seed.port)]);
    await torrentState(node, torrent, 'seeding');
    assert.deepEqual(await readFile(dataPath), fixture.data);
    const spared = seed.torrent.uploadedBytes - fixture.data.length;
    assert.ok(spared <= 20 * PIECE, `${spared} bytes were fetched twice`);
  });

test('a disk that is slow holds back its own torrent only, within the memory for downloads', async (t) => {
  const disk = new FaultyDisk();
  const { fixture, peers } = await source(t);
  const downloadBytes = 4 * PIECE;
  const node = await startMirrorNode(t, { disk, limits: { downloadBytes } });
  const askNeighbour = await neighbour(t, node);
  const dataPath = join(await makeTempFolder(t), 'sample');
  disk.fault = (operation, path) => (operation === 'write' && path === dataPath ? 'hold' : undefined);
  const torrent = node.add({ metainfo: fixture.metainfo, dataPath, isMirrored: true, peers });
  await eventually('the first write', () => disk.heldCount > 0);
  await askNeighbour();
  assert.equal(disk.heldCount, 1, 'one write at a time');
  assert.ok(torrent.downloadedBytes <= downloadBytes + PIECE, `${torrent.downloadedBytes} bytes in memory`);
  disk.fault = () => undefined;
  disk.answer();
  await torrentState(node, torrent, 'seeding');
  assert.deepEqual(await readFile(dataPath), fixture.data);
});

test('peers whose blocks lie on a slow disk wait, and the others are served within the same cache', async (t) => {
  const disk = new FaultyDisk();
  const fixture = await makeTorrentFixture(t, { content: 64 << 20, pieceLength: 1 << 20 });
  const { node, port } = await seedFixture(t, fixture, { disk, limits: { cacheBytes: 16 << 20 } });
  const askNeighbour = await neighbour(t, node);
  disk.fault = (operation, path) => (operation === 'read' && path === fixture.dataPath ? 'hold' : undefined);
  for (let index = 0; index < 8; index++) {
    const peer = await FakePeer.download(t, port, fixture.metainfo.infoHash);
    for (let piece = 0; piece < 64; piece++) peer.request((piece + 8 * index) % 64, 0, 16_384);
  }
  await eventually('reads under way', () => disk.heldCount > 0);
  await askNeighbour();
  assert.ok(disk.heldCount <= 3, `${disk.heldCount} reads hold threads of the pool`);
  assert.ok(node.cacheBytes <= 16 << 20);
  disk.fault = () => undefined;
  disk.answer();
});

test('a file that is cut while it is mirrored fails, and what was lost is fetched again', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: PIECES * PIECE, pieceLength: PIECE });
  let given = 0;
  const fake = await startFakeSeed(t, fixture, { answer: (block) => (given++ < 40 ? block : undefined) });
  const { node, torrent, dataPath } = await mirrorFixture(t, fixture, [loopbackPeer(fake.port)], {
    limits: { resumeIntervalMs: 100 },
  });
  await eventually('some pieces', () => torrent.completedFraction >= 0.3);
  await truncate(dataPath, 10 * PIECE);
  given = 0; // one piece more has it look at the file
  await torrentState(node, torrent, 'failed');
  assert.equal(torrent.error?.code, 'ERR_STORAGE_CHANGED');
  given = -1000;
  node.startTorrent(torrent.infoHash);
  node.addPeers(torrent.infoHash, [loopbackPeer(fake.port)]);
  await torrentState(node, torrent, 'seeding');
  assert.deepEqual(await readFile(dataPath), fixture.data);
});

test('a file that is cut while it is seeded fails its torrent and no other', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: 4 << 20, pieceLength: 1 << 20 });
  const { node, torrent, port } = await seedFixture(t, fixture);
  const askNeighbour = await neighbour(t, node);
  const peer = await FakePeer.download(t, port, fixture.metainfo.infoHash);
  await truncate(fixture.dataPath, 1 << 20);
  peer.request(3, 0, 16_384);
  await peer.end();
  await torrentState(node, torrent, 'failed');
  assert.equal(torrent.error?.code, 'ERR_STORAGE_CHANGED');
  await askNeighbour();
});

test('a disk that fills up fails its mirror as full; with room made, nothing is fetched twice', async (t) => {
  const folder = await mountDisk(t, 'size=4m');
  if (folder === undefined) return t.skip(NO_MOUNT);
  const { fixture, seed, peers } = await source(t, 100);
  const node = await startMirrorNode(t, { limits: { resumeIntervalMs: 100, downloadBytes: 2 * PIECE } });
  const dataPath = join(folder, 'sample');
  let resume: string | null = null;
  node.on('resumeChanged', (_infoHash, text) => {
    resume = text;
  });
  const torrent = node.add({ metainfo: fixture.metainfo, dataPath, isMirrored: true });
  await torrentState(node, torrent, 'downloading');
  await writeFile(join(folder, 'other'), Buffer.alloc(2 << 20)); // there was room when it began
  node.addPeers(torrent.infoHash, peers);
  await torrentState(node, torrent, 'failed');
  assert.equal(torrent.error?.code, 'ERR_STORAGE_FULL');
  const before = torrent.completedFraction;
  assert.ok(before > 0.3 && before < 1);
  await eventually('the last record', () => resume !== null);
  await truncate(join(folder, 'other'), 0);
  node.startTorrent(torrent.infoHash, { resume });
  await torrentState(node, torrent, 'downloading');
  assert.equal(torrent.completedFraction, before);
  node.addPeers(torrent.infoHash, peers);
  await torrentState(node, torrent, 'seeding');
  assert.deepEqual(await readFile(dataPath), fixture.data);
  const twice = seed.torrent.uploadedBytes - fixture.data.length;
  assert.ok(twice <= 4 * PIECE, `${twice} bytes were fetched twice, more than what was in memory`);
});
