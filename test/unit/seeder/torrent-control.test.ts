import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { encodeBencode } from '../../../src/bittorrent/bencode.ts';
import { resumeFor } from '../../../src/seeder/torrents/resume.ts';
import { rotByte } from '../../support/corrupt.ts';
import { eventually, withDeadline } from '../../support/eventually.ts';
import { FakePeer, handshakeBytes, messageBytes } from '../../support/fake-peer.ts';
import { startFixedTracker } from '../../support/fixed-tracker.ts';
import { loopbackPeer, mirrorFixture } from '../../support/mirrored-torrent.ts';
import { makeSeedNode, makeTorrentFixture, seedFixture, torrentState } from '../../support/seeded-torrent.ts';

test('a stopped torrent has no connections and takes none, until it is started', async (t) => {
  const fixture = await makeTorrentFixture(t);
  const { node, torrent, port } = await seedFixture(t, fixture);
  const peer = await FakePeer.download(t, port, fixture.metainfo.infoHash);
  node.stopTorrent(torrent.infoHash);
  await peer.end();
  const late = await FakePeer.connect(t, port);
  late.send(handshakeBytes(fixture.metainfo.infoHash));
  await late.end();
  assert.equal(torrent.state, 'stopped');
  node.startTorrent(torrent.infoHash);
  await torrentState(node, torrent, 'seeding');
  await FakePeer.download(t, port, fixture.metainfo.infoHash);
});

test('foreign trackers are told that a torrent was stopped, and that it was started again', async (t) => {
  const tracker = await startFixedTracker(t, (_request, response) =>
    response.end(encodeBencode({ interval: 600, peers: '' })),
  );
  const fixture = await makeTorrentFixture(t, { announceTiers: [[tracker.url]] });
  const { node, torrent } = await seedFixture(t, fixture);
  assert.equal((await tracker.announced(0)).get('event'), 'started');
  await eventually('its answer is read', () => node.trackers(torrent.infoHash)[0]?.state === 'working');
  node.stopTorrent(torrent.infoHash);
  assert.equal((await tracker.announced(1)).get('event'), 'stopped');
  node.startTorrent(torrent.infoHash);
  assert.equal((await tracker.announced(2)).get('event'), 'started');
});

test('a torrent is started again without hashing what has not changed', async (t) => {
  const { node, torrent } = await seedFixture(t, await makeTorrentFixture(t));
  let hashed = 0;
  node.on('piecePassed', () => hashed++);
  node.stopTorrent(torrent.infoHash);
  node.startTorrent(torrent.infoHash);
  await torrentState(node, torrent, 'seeding');
  assert.equal(hashed, 0);
});

test('a torrent whose file was changed while it was stopped is hashed again', async (t) => {
  const fixture = await makeTorrentFixture(t);
  const { node, torrent } = await seedFixture(t, fixture);
  node.stopTorrent(torrent.infoHash);
  await writeFile(fixture.dataPath, Buffer.alloc(fixture.data.length));
  node.startTorrent(torrent.infoHash);
  await torrentState(node, torrent, 'failed');
  assert.equal(torrent.error?.code, 'ERR_PIECES_BAD');
});

test('a torrent that was stopped in an earlier run is not looked at before it is started', async (t) => {
  const fixture = await makeTorrentFixture(t);
  const node = makeSeedNode(t);
  const resume = await resumeFor(fixture.metainfo, fixture.dataPath);
  const torrent = node.add({ ...fixture, resume, isStopped: true });
  assert.equal(torrent.state, 'stopped');
  assert.equal(torrent.completedFraction, 1);
  node.startTorrent(torrent.infoHash);
  await torrentState(node, torrent, 'seeding');
});

test('a mirror that is stopped and started goes on with what it has', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: 400_000 });
  const { port } = await seedFixture(t, fixture);
  const { node, torrent } = await mirrorFixture(t, fixture, []);
  await torrentState(node, torrent, 'downloading');
  node.stopTorrent(torrent.infoHash);
  assert.equal(torrent.isMirrored, true);
  node.startTorrent(torrent.infoHash);
  await torrentState(node, torrent, 'downloading');
  node.addPeers(torrent.infoHash, [loopbackPeer(port)]);
  await torrentState(node, torrent, 'seeding');
});

test('a stopped torrent that is paused is checked, then has connections and serves nothing', async (t) => {
  const fixture = await makeTorrentFixture(t);
  const { node, torrent, port } = await seedFixture(t, fixture);
  node.stopTorrent(torrent.infoHash);
  node.pauseTorrent(torrent.infoHash);
  await torrentState(node, torrent, 'paused');
  const peer = await FakePeer.connect(t, port);
  peer.send(handshakeBytes(fixture.metainfo.infoHash), messageBytes(2));
  await peer.next(14); // we have all
  node.startTorrent(torrent.infoHash);
  await peer.next(1); // only now it may ask
});

test('a paused mirror makes connections and asks for nothing', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: 400_000 });
  const seed = await seedFixture(t, fixture);
  const { node, torrent } = await mirrorFixture(t, fixture, []);
  node.pauseTorrent(torrent.infoHash);
  await torrentState(node, torrent, 'paused');
  const connected = new Promise<void>((resolve) => node.once('peerConnected', () => resolve()));
  node.addPeers(torrent.infoHash, [loopbackPeer(seed.port)]);
  await connected;
  assert.equal(seed.torrent.uploadedBytes, 0);
  assert.equal(torrent.peerCount, 1);
});

test('a stopped torrent that is rechecked is stopped again after that', async (t) => {
  const fixture = await makeTorrentFixture(t);
  const { node, torrent } = await seedFixture(t, fixture);
  node.stopTorrent(torrent.infoHash);
  let passed = 0;
  node.on('piecePassed', () => passed++);
  node.recheck(torrent.infoHash);
  await torrentState(node, torrent, 'stopped');
  assert.equal(passed, torrent.pieceCount);
});

for (const order of ['after', 'before'] as const)
  test(`all is hashed when a recheck is asked for right ${order} a change of files`, async (t) => {
    const fixture = await makeTorrentFixture(t, { content: { a: 200_000, b: 200_000 } });
    const { port } = await seedFixture(t, fixture);
    const { node, torrent, dataPath } = await mirrorFixture(t, fixture, [loopbackPeer(port)]);
    const { promise: finished, resolve } = Promise.withResolvers<void>();
    node.once('finished', () => resolve());
    await finished;
    node.setPreferences(torrent.infoHash, { filePriorities: [{ files: 'b', priority: 0 }] });
    await rotByte(join(dataPath, 'a'), 10);
    const { promise: heard, resolve: hear } = Promise.withResolvers<boolean>();
    node.on('pieceFailed', (_torrent, piece) => hear(piece === 0));
    if (order === 'before') node.recheck(torrent.infoHash);
    node.setPreferences(torrent.infoHash, { filePriorities: [] });
    if (order === 'after') node.recheck(torrent.infoHash);
    assert.equal(await withDeadline('the bad piece is found', heard), true);
  });
