import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '../../../support/eventually.ts';
import { FakePeer, handshakeBytes, messageBytes } from '../../../support/fake-peer.ts';
import { makeTorrentFixture, seedFixture } from '../../../support/seeded-torrent.ts';
import { ManualClock } from '../../../support/seeder-clock.ts';

const BLOCK = 16_384;

test('a connection that never says hello is closed in time', async (t) => {
  const clock = new ManualClock();
  const fixture = await makeTorrentFixture(t);
  const { node, port } = await seedFixture(t, fixture, { clock });
  const peer = await FakePeer.connect(t, port);
  peer.send(handshakeBytes(fixture.metainfo.infoHash).subarray(0, 40));
  await eventually('the connection to be there', () => node.connectionCount === 1);
  clock.advance(9_000);
  assert.equal(node.connectionCount, 1);
  clock.advance(2_000);
  await peer.end();
  assert.equal(node.counters.closedTotal['handshake-timeout'], 1);
});

test('a peer that says nothing more is closed in time, and is kept alive until then', async (t) => {
  const clock = new ManualClock();
  const fixture = await makeTorrentFixture(t);
  const { node, port } = await seedFixture(t, fixture, { clock });
  const peer = await FakePeer.download(t, port, fixture.metainfo.infoHash);
  clock.advance(200_000);
  await eventually('keep-alives', () => peer.messages.filter(({ length }) => length === 0).length >= 3);
  peer.send(Buffer.alloc(4));
  await eventually('our keep-alive to be seen', () => {
    clock.advance(1_000);
    return node.connectionCount === 1 && peer.messages.filter(({ length }) => length === 0).length >= 4;
  });
  clock.advance(300_000);
  await peer.end();
  assert.equal(node.counters.closedTotal.idle, 1);
});

test('a peer that takes nothing for too long is closed as stalled', async (t) => {
  const clock = new ManualClock();
  const fixture = await makeTorrentFixture(t, { content: 40 << 20, pieceLength: 1 << 20 });
  const { node, torrent, port } = await seedFixture(t, fixture, { clock });
  const peer = await FakePeer.download(t, port, fixture.metainfo.infoHash);
  peer.socket.pause();
  for (let i = 0; i < 2000; i++) peer.request(i % 40, BLOCK * (Math.floor(i / 40) % 64), BLOCK);
  await eventually(
    'bytes to wait',
    () => ([...torrent.peers][0]?.queuedBytes ?? 0) > 0 && node.counters.requestsAccepted === 2000,
  );
  await eventually('the peer to be closed', () => {
    clock.advance(10_000);
    return node.connectionCount === 0;
  });
  assert.equal(node.counters.closedTotal.stalled, 1);
});

test('connections above the total are turned away', async (t) => {
  const fixture = await makeTorrentFixture(t);
  const { node, port } = await seedFixture(t, fixture, { limits: { maxConnections: 3 } });
  const peers = await Promise.all([1, 2, 3].map(() => FakePeer.download(t, port, fixture.metainfo.infoHash)));
  const late = await FakePeer.connect(t, port);
  await late.end();
  await eventually('it to be counted', () => node.counters.closedTotal['too-many-connections'] === 1);
  assert.equal(node.connectionCount, 3);
  peers[0]?.socket.destroy();
  await eventually('room', () => node.connectionCount === 2);
  await FakePeer.download(t, port, fixture.metainfo.infoHash);
});

test('somebody who wants nothing makes room for somebody new', async (t) => {
  const clock = new ManualClock();
  const fixture = await makeTorrentFixture(t);
  const { node, port } = await seedFixture(t, fixture, { clock, limits: { maxConnections: 1 } });
  const idle = await FakePeer.connect(t, port);
  idle.send(handshakeBytes(fixture.metainfo.infoHash));
  await idle.next(14);
  clock.advance(40_000);
  await FakePeer.download(t, port, fixture.metainfo.infoHash);
  await idle.end();
  assert.equal(node.connectionCount, 1);
});

test('a peer that is there for its upload alone is let go', async (t) => {
  const clock = new ManualClock();
  const fixture = await makeTorrentFixture(t);
  const { node, port } = await seedFixture(t, fixture, { clock });
  const peer = await FakePeer.connect(t, port);
  const hello = Buffer.from('\0d1:mde11:upload_onlyi1ee', 'latin1');
  peer.send(handshakeBytes(fixture.metainfo.infoHash), messageBytes(20, hello));
  await peer.next(14);
  await eventually('the peer to be closed', () => {
    clock.advance(31_000);
    return node.counters.closedTotal.seed === 1;
  });
});
