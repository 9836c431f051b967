import assert from 'node:assert/strict';
import { copyFile, readFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { TORRENT_VERSIONS } from '../../../../src/bittorrent/metainfo/metainfo.ts';
import { makePeerId } from '../../../../src/bittorrent/peer-id.ts';
import { createTorrent } from '../../../../src/builder/create-torrent.ts';
import type { SeedNode } from '../../../../src/seeder/seed-node.ts';
import type { SeedNodeOptions } from '../../../../src/seeder/seed-node-types.ts';
import { WebSeed } from '../../../../src/seeder/web-seed/web-seed.ts';
import { rotByte } from '../../../support/corrupt.ts';
import { eventually } from '../../../support/eventually.ts';
import { FakePeer } from '../../../support/fake-peer.ts';
import { FaultyDisk } from '../../../support/faulty-disk.ts';
import { loopbackPeer } from '../../../support/mirrored-torrent.ts';
import {
  makeSeedNode,
  makeTorrentFixture,
  seedFixture,
  type TorrentFixture,
  torrentState,
} from '../../../support/seeded-torrent.ts';
import { ManualClock } from '../../../support/seeder-clock.ts';
import { makeTempFolder } from '../../../support/temp-folder.ts';

const PIECE = 32_768;
const BLOCK = 16_384;
const REJECT = 16;

function fixtureOf(t: TestContext): Promise<TorrentFixture> {
  return makeTorrentFixture(t, { content: 8 * PIECE, pieceLength: PIECE });
}

/** A node that believes a torrent, on a clock that stands still, so that nothing is checked but what is asked for. */
async function believe(
  t: TestContext,
  fixture: Pick<TorrentFixture, 'metainfo' | 'dataPath'>,
  options: Partial<SeedNodeOptions> & { readonly resume?: string } = {},
) {
  const { resume = null, ...rest } = options;
  const clock = new ManualClock();
  const node = makeSeedNode(t, { clock, checksOnServe: true, ...rest });
  const { port } = await node.start();
  const heard = hear(node);
  const torrent = node.add({ metainfo: fixture.metainfo, dataPath: fixture.dataPath, resume });
  await torrentState(node, torrent, 'seeding', 'failed');
  return { clock, node, port, torrent, heard };
}

/** What is told of pieces: `+1` for a good one, `-1` for a bad one. */
function hear(node: SeedNode): string[] {
  const heard: string[] = [];
  node.on('piecePassed', (_torrent, piece) => heard.push(`+${piece}`));
  node.on('pieceFailed', (_torrent, piece) => heard.push(`-${piece}`));
  return heard;
}

test('a torrent is seeded at once, and each piece is hashed when it is first asked for', async (t) => {
  const fixture = await fixtureOf(t);
  const { port, torrent, heard } = await believe(t, fixture);
  assert.equal(torrent.state, 'seeding');
  assert.equal(torrent.completedFraction, 1);
  assert.equal(torrent.unchecked?.count, 8);
  assert.deepEqual(heard, []);
  const peers = [];
  for (let index = 0; index < 3; index++)
    peers.push(await FakePeer.download(t, port, fixture.metainfo.infoHash));
  for (const peer of peers) {
    peer.request(5, 0, BLOCK);
    peer.request(5, BLOCK, BLOCK);
  }
  for (const peer of peers) {
    assert.deepEqual((await peer.next(7)).subarray(9), fixture.data.subarray(5 * PIECE, 5 * PIECE + BLOCK));
    await peer.next(7);
  }
  assert.deepEqual(heard, ['+5'], 'once for all who ask');
  assert.equal(torrent.unchecked?.count, 7);
});

test('a piece that is bad is never sent, and a published torrent fails with the reason', async (t) => {
  const fixture = await fixtureOf(t);
  await rotByte(fixture.dataPath, 3 * PIECE + 7);
  const { node, port, torrent, heard } = await believe(t, fixture);
  const peer = await FakePeer.download(t, port, fixture.metainfo.infoHash);
  peer.request(3, BLOCK, BLOCK); // the half that is as it should be
  await peer.end();
  assert.deepEqual(heard, ['-3']);
  assert.ok(!peer.messages.some(([id]) => id === 7));
  assert.equal(torrent.failure, `1 of 8 pieces do not match the torrent (first in ${fixture.dataPath})`);
  assert.equal(node.counters.corruptPieces, 1);
});

for (const version of TORRENT_VERSIONS)
  test(`a bad piece of a ${version} torrent is rejected, fetched from the swarm and written, where that is allowed`, async (t) => {
    const made = await makeTorrentFixture(t, { content: { a: 5 * PIECE, b: 3 * PIECE }, pieceLength: PIECE });
    const { metainfo } = await createTorrent(made.dataPath, { version, pieceLength: PIECE });
    const source = await seedFixture(t, { ...made, metainfo });
    const dataPath = await copyOf(t, made, ['a', 'b']);
    await rotByte(join(dataPath, 'b'), 10);
    const node = makeSeedNode(t, {
      checksOnServe: true,
      repair: true,
      peerId: makePeerId(new Uint8Array(12).fill(3)),
    });
    const { port } = await node.start();
    const torrent = node.add({ metainfo, dataPath });
    await torrentState(node, torrent, 'seeding');
    const states: string[] = [];
    node.on('stateChanged', ({ state }) => states.push(state));
    const peer = await FakePeer.download(t, port, metainfo.infoHash);
    peer.request(5, 0, BLOCK);
    peer.request(0, 0, BLOCK);
    assert.equal((await peer.next(REJECT)).readUInt32BE(1), 5);
    assert.equal((await peer.next(7)).readUInt32BE(1), 0);
    assert.equal(torrent.state, 'downloading');
    node.addPeers(metainfo.infoHash, [loopbackPeer(source.port)]);
    await torrentState(node, torrent, 'seeding');
    assert.deepEqual(states, ['downloading', 'seeding']);
    assert.deepEqual(await readFile(join(dataPath, 'b')), await readFile(join(made.dataPath, 'b')));
    assert.equal(source.torrent.uploadedBytes, PIECE);
    peer.request(5, 0, BLOCK);
    assert.equal((await peer.next(7)).readUInt32BE(1), 5);
  });

async function copyOf(
  t: TestContext,
  { dataPath }: TorrentFixture,
  files: readonly string[],
): Promise<string> {
  const folder = await makeTempFolder(t);
  for (const file of files) await copyFile(join(dataPath, file), join(folder, file));
  return folder;
}

test('a bad piece is not written to where another torrent has its data', async (t) => {
  const fixture = await fixtureOf(t);
  const other = await createTorrent(fixture.dataPath, { pieceLength: 2 * PIECE });
  await rotByte(fixture.dataPath, 3 * PIECE);
  const { node, torrent } = await believe(t, fixture, { repair: true });
  node.add({ metainfo: other.metainfo, dataPath: fixture.dataPath });
  assert.equal(await node.verifyPiece(torrent, 3), false);
  assert.equal(torrent.error?.code, 'ERR_PIECES_BAD');
});

test('what was checked is remembered over a restart, and what was not is not believed', async (t) => {
  const fixture = await fixtureOf(t);
  await rotByte(fixture.dataPath, 6 * PIECE);
  const first = await believe(t, fixture);
  let resume = '';
  first.node.on('resumeChanged', (_infoHash, text) => {
    resume = text;
  });
  for (const piece of [0, 1, 2]) assert.equal(await first.node.verifyPiece(first.torrent, piece), true);
  await first.node.stop();
  const { node, torrent, heard } = await believe(t, fixture, { resume });
  assert.equal(torrent.state, 'seeding');
  assert.equal(torrent.unchecked?.count, 5);
  assert.ok(torrent.isReady(2) && !torrent.isReady(3));
  assert.equal(await node.verifyPiece(torrent, 6), false);
  assert.deepEqual(heard, ['-6']);
  assert.equal(torrent.state, 'failed');
});

test('the record is kept some time after the first piece, not for each', async (t) => {
  const { node, torrent, clock } = await believe(t, await fixtureOf(t));
  let records = 0;
  node.on('resumeChanged', () => records++);
  for (const piece of [0, 1, 2, 3]) await node.verifyPiece(torrent, piece);
  assert.equal(records, 0);
  clock.advance(5000);
  assert.equal(records, 1);
});

test('files of other lengths are not believed', async (t) => {
  const fixture = await fixtureOf(t);
  await truncate(fixture.dataPath, 100);
  const { torrent } = await believe(t, fixture);
  assert.equal(torrent.error?.code, 'ERR_STORAGE_CHANGED');
});

test('a recheck of all hashes what was believed', async (t) => {
  const fixture = await fixtureOf(t);
  const { node, torrent } = await believe(t, fixture);
  await rotByte(fixture.dataPath, 0);
  node.recheck(torrent.infoHash);
  await torrentState(node, torrent, 'failed');
  assert.equal(torrent.error?.code, 'ERR_PIECES_BAD');
});

test('not one byte of a bad piece leaves over HTTP', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: 40 * PIECE, pieceLength: PIECE });
  await rotByte(fixture.dataPath, 20 * PIECE);
  const { node, torrent, heard } = await believe(t, fixture);
  const webSeed = new WebSeed({ seedNode: node, maxDownloads: 2 });
  t.after(() => webSeed.stop());
  const file = webSeed.find(torrent, ['sample']);
  assert.ok(file !== undefined);
  const download = webSeed.open(file, { start: 0, end: file.length, isLocal: true });
  assert.ok(download !== undefined);
  let read = 0;
  await assert.rejects(async () => {
    for (;;) {
      const bytes = await download.next();
      assert.deepEqual(bytes, fixture.data.subarray(read, read + (bytes?.length ?? 0)));
      read += bytes?.length ?? 0;
    }
  });
  download.end(false);
  assert.ok(read > 0 && read <= 20 * PIECE, `${read} bytes`);
  assert.equal(heard.at(-1), '-20');
});

test('a piece on a slow disk does not keep those of other torrents waiting', async (t) => {
  const fixture = await fixtureOf(t);
  const other = await makeTorrentFixture(t, { content: 4 * PIECE + 1, pieceLength: PIECE });
  const disk = new FaultyDisk();
  const { node, torrent } = await believe(t, fixture, { disk });
  const spared = node.add(other);
  await torrentState(node, spared, 'seeding');
  disk.fault = (operation, path) => (operation === 'read' && path === fixture.dataPath ? 'hold' : undefined);
  const slow = [0, 1, 2, 3, 4, 5].map((piece) => node.verifyPiece(torrent, piece));
  await eventually('the slow read', () => disk.heldCount === 1);
  for (const piece of [0, 1, 2, 3, 4]) assert.equal(await node.verifyPiece(spared, piece), true);
  assert.equal(disk.heldCount, 1);
  disk.fault = () => undefined;
  disk.answer();
  assert.deepEqual(await Promise.all(slow), Array(6).fill(true));
});

test('a node that stops answers whoever waits for a piece', async (t) => {
  const { node, torrent } = await believe(t, await fixtureOf(t));
  const asked = [0, 1, 2, 3].map((piece) => node.verifyPiece(torrent, piece));
  await node.stop();
  await Promise.all(asked);
  assert.equal(await node.verifyPiece(torrent, 7), false);
});
