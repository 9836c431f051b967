import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { eventually } from '../../../support/eventually.ts';
import { FakePeer, handshakeBytes } from '../../../support/fake-peer.ts';
import { startFakeSeed } from '../../../support/fake-seed.ts';
import { loopbackPeer, mirrorFixture } from '../../../support/mirrored-torrent.ts';
import { makeTorrentFixture, seedFixture, torrentState } from '../../../support/seeded-torrent.ts';

const CONTENT = { content: 1_000_000, pieceLength: 65_536 };

test('a peer that gives bad pieces is banned, and another gives them', async (t) => {
  const fixture = await makeTorrentFixture(t, CONTENT);
  const liar = await startFakeSeed(t, fixture, { answer: (data) => Buffer.alloc(data.length, 1) });
  const { node, torrent, dataPath } = await mirrorFixture(t, fixture, [loopbackPeer(liar.port)]);
  await torrentState(node, torrent, 'downloading');
  const { port } = await seedFixture(t, fixture);
  await eventually('the bad piece', () => node.counters.badPieces > 0);
  assert.equal(torrent.hasAny, false);
  assert.equal(node.counters.closedTotal['bad-data'], 1);
  node.addPeers(torrent.infoHash, [loopbackPeer(port), loopbackPeer(liar.port)]);
  await torrentState(node, torrent, 'seeding');
  assert.deepEqual(await readFile(dataPath), fixture.data);
  assert.equal(liar.connections(), 1);
});

test('of several who gave a bad piece, only the liar is banned, and refused when it comes again', async (t) => {
  const fixture = await makeTorrentFixture(t, { ...CONTENT, pieceLength: 524_288 });
  let lies = 0;
  const liar = await startFakeSeed(t, fixture, {
    answer: (data) => (lies++ < 4 ? Buffer.alloc(data.length, 1) : data),
  });
  const { port } = await seedFixture(t, fixture);
  const peers = [loopbackPeer(liar.port), loopbackPeer(port)];
  const { node, torrent, dataPath } = await mirrorFixture(t, fixture, peers);
  const banned: number[] = [];
  node.on('peerGone', (_torrent, peer, reason) => {
    if (reason === 'bad-data') banned.push(peer.port);
  });
  await torrentState(node, torrent, 'seeding');
  assert.deepEqual(await readFile(dataPath), fixture.data);
  assert.ok(node.counters.badPieces > 0);
  assert.deepEqual(banned, [liar.port]);
  assert.equal(node.counters.closedTotal['bad-data'], 1);
  const again = await FakePeer.connect(t, node.port);
  again.send(handshakeBytes(torrent.infoHash, { peerId: liar.peerId }));
  await again.end();
  assert.equal(node.counters.closedTotal.banned, 1);
  await FakePeer.download(t, node.port, torrent.infoHash); // from the same address
  assert.equal(node.counters.closedTotal.banned, 1);
});

test('a peer that never answers holds nothing back', async (t) => {
  const fixture = await makeTorrentFixture(t, CONTENT);
  const mute = await startFakeSeed(t, fixture, { answer: () => undefined });
  const { port } = await seedFixture(t, fixture);
  const peers = [loopbackPeer(mute.port), loopbackPeer(port)];
  const { node, torrent, dataPath } = await mirrorFixture(t, fixture, peers);
  await torrentState(node, torrent, 'seeding');
  assert.deepEqual(await readFile(dataPath), fixture.data);
});

test('a peer that goes away in the middle leaves its blocks to others', async (t) => {
  const fixture = await makeTorrentFixture(t, CONTENT);
  const gone = await startFakeSeed(t, fixture, { answer: (data) => data, requestsUntilGone: 20 });
  const { port } = await seedFixture(t, fixture);
  const peers = [loopbackPeer(gone.port), loopbackPeer(port)];
  const { node, torrent, dataPath } = await mirrorFixture(t, fixture, peers);
  await torrentState(node, torrent, 'seeding');
  assert.deepEqual(await readFile(dataPath), fixture.data);
});

test('a peer that sends a block of a wrong length is left', async (t) => {
  const fixture = await makeTorrentFixture(t, CONTENT);
  const short = await startFakeSeed(t, fixture, { answer: (data) => data.subarray(1) });
  const { port } = await seedFixture(t, fixture);
  const peers = [loopbackPeer(short.port), loopbackPeer(port)];
  const { node, torrent, dataPath } = await mirrorFixture(t, fixture, peers);
  await torrentState(node, torrent, 'seeding');
  assert.deepEqual(await readFile(dataPath), fixture.data);
  assert.ok(node.counters.closedTotal['bad-message'] > 0);
});

test('never connects to itself for long', async (t) => {
  const fixture = await makeTorrentFixture(t, CONTENT);
  const { node, torrent } = await mirrorFixture(t, fixture, []);
  await torrentState(node, torrent, 'downloading');
  node.addPeers(torrent.infoHash, [loopbackPeer(node.port)]);
  await eventually('the end of the connection', () => node.counters.closedTotal.self > 0);
  assert.equal(torrent.peerCount, 0);
});
