import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CloseReason } from '../../../../src/seeder/counters.ts';
import type { SeedNode } from '../../../../src/seeder/seed-node.ts';
import { randomBytesOf } from '../../../support/data.ts';
import { eventually } from '../../../support/eventually.ts';
import { FakePeer, handshakeBytes, messageBytes, numbersBytes } from '../../../support/fake-peer.ts';
import { makeTorrentFixture, seedFixture, testPeerId } from '../../../support/seeded-torrent.ts';

const BLOCK = 16_384;

/** Bytes behind the id of the messages that have a fixed length. */
const PAYLOADS: Readonly<Record<number, number>> = {
  0: 0,
  1: 0,
  2: 0,
  3: 0,
  4: 4,
  5: 1,
  6: 12,
  8: 12,
  9: 2,
  13: 4,
  14: 0,
  15: 0,
  16: 12,
  17: 4,
};

async function closedWith(node: SeedNode, reason: CloseReason, count = 1): Promise<void> {
  await eventually(
    `a connection to be closed as ${reason}`,
    () => node.counters.closedTotal[reason] >= count,
  );
}

const garbage: readonly (readonly [string, CloseReason, (infoHash: Uint8Array) => Uint8Array[]])[] = [
  [
    'a web browser',
    'not-bittorrent',
    () => [Buffer.from(`GET / HTTP/1.1\r\nCookie: ${'c'.repeat(700)}\r\n\r\n`)],
  ],
  ['random bytes', 'not-bittorrent', () => [Buffer.alloc(1000, 0x5a)]],
  ['an unknown info-hash', 'unknown-info-hash', () => [handshakeBytes(Buffer.alloc(20))]],
  ['our own peer id', 'self', (hash) => [handshakeBytes(hash, { peerId: testPeerId })]],
  [
    'a length with the top bit set',
    'message-too-long',
    (hash) => [handshakeBytes(hash), Buffer.from('80000001', 'hex')],
  ],
  [
    'a length of one gibibyte',
    'message-too-long',
    (hash) => [handshakeBytes(hash), Buffer.from('40000000', 'hex')],
  ],
  [
    'a bitfield of the wrong length',
    'bad-message',
    (hash) => [handshakeBytes(hash), messageBytes(5, Buffer.alloc(2))],
  ],
  [
    'a bitfield with spare bits set',
    'bad-message',
    (hash) => [handshakeBytes(hash), messageBytes(5, Buffer.of(0x01))],
  ],
  ['a have out of range', 'bad-message', (hash) => [handshakeBytes(hash), numbersBytes(4, 4)]],
  [
    'a have with the top bit set',
    'bad-message',
    (hash) => [handshakeBytes(hash), numbersBytes(4, 0x80000000)],
  ],
  [
    'a piece that nobody asked for',
    'bad-message',
    (hash) => [handshakeBytes(hash), messageBytes(7, Buffer.alloc(1008))],
  ],
  [
    'have-all without the fast extension',
    'bad-message',
    (hash) => [handshakeBytes(hash, { fast: false }), messageBytes(14)],
  ],
  ['have-all', 'seed', (hash) => [handshakeBytes(hash), messageBytes(14)]],
  ['a full bitfield', 'seed', (hash) => [handshakeBytes(hash), messageBytes(5, Buffer.of(0xf0))]],
  [
    'all pieces one by one',
    'seed',
    (hash) => [handshakeBytes(hash), ...[0, 1, 2, 2, 3].map((i) => numbersBytes(4, i))],
  ],
];

for (const [what, reason, bytes] of garbage)
  test(`a peer with ${what} is closed as ${reason}`, async (t) => {
    const fixture = await makeTorrentFixture(t);
    const { node, port } = await seedFixture(t, fixture);
    const peer = await FakePeer.connect(t, port);
    peer.send(...bytes(fixture.metainfo.infoHash));
    await peer.end();
    await closedWith(node, reason);
    assert.equal(node.connectionCount, 0);
    assert.equal(node.counters.closedTotal.internal, 0);
  });

test('extended messages of any kind harm nobody', async (t) => {
  const fixture = await makeTorrentFixture(t);
  const { node, port } = await seedFixture(t, fixture);
  const peer = await FakePeer.download(t, port, fixture.metainfo.infoHash);
  const payloads = [
    '',
    'x',
    'd',
    'de',
    'd1:mi5ee',
    'd1:md9:__proto__i3e11:ut_metadatai3eee',
    'd1:md11:ut_metadatai999999eee',
  ];
  for (const payload of payloads)
    for (const id of [0, 1, 2, 255])
      peer.send(messageBytes(20, Buffer.concat([Buffer.of(id), Buffer.from(payload)])));
  for (const piece of ['i-1e', 'i99999999999e', '0:', 'i0e'])
    peer.send(messageBytes(20, Buffer.concat([Buffer.of(1), Buffer.from(`d8:msg_typei0e5:piece${piece}e`)])));
  peer.send(messageBytes(20, Buffer.concat([Buffer.of(0), Buffer.alloc(100_000, 'l')])));
  peer.request(0, 0, BLOCK);
  await peer.next(7);
  assert.equal(node.counters.closedTotal.internal, 0);
});

test('requests over the bound are refused, those within it are served', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: 1 << 20 });
  const { node, port } = await seedFixture(t, fixture);
  const peer = await FakePeer.download(t, port, fixture.metainfo.infoHash);
  const requests = Array.from({ length: 3000 }, () => numbersBytes(6, 0, 0, BLOCK));
  peer.send(...requests);
  await peer.count(16, 1);
  await eventually('all requests to be answered', () => peer.messages.length >= 3000);
  const served = peer.messages.filter(([id]) => id === 7).length;
  assert.ok(served >= 2000 && served < 3000, `${served} served`);
  assert.equal(node.connectionCount, 1);
});

test('a flood of requests that cannot be served ends the connection', async (t) => {
  const fixture = await makeTorrentFixture(t);
  const { node, port } = await seedFixture(t, fixture);
  for (const fast of [true, false]) {
    const peer = await FakePeer.download(t, port, fixture.metainfo.infoHash, { fast });
    for (let i = 0; i < 5; i++)
      peer.send(...Array.from({ length: 1000 }, () => numbersBytes(6, 99, 0, BLOCK)));
    await peer.end();
  }
  await closedWith(node, 'flood', 2);
});

test('a flood of cancels for what was never asked for ends the connection', async (t) => {
  const fixture = await makeTorrentFixture(t);
  const { node, port } = await seedFixture(t, fixture);
  const peer = await FakePeer.download(t, port, fixture.metainfo.infoHash);
  peer.send(...Array.from({ length: 1001 }, () => numbersBytes(8, 0, 0, BLOCK)));
  await peer.end();
  await closedWith(node, 'flood');
});

test('a peer that asks for much and reads nothing costs a bounded amount', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: 40 << 20, pieceLength: 1 << 20 });
  const { node, torrent, port } = await seedFixture(t, fixture);
  const peer = await FakePeer.download(t, port, fixture.metainfo.infoHash);
  peer.socket.pause();
  for (let i = 0; i < 2000; i++) peer.request(i % 40, BLOCK * (Math.floor(i / 40) % 64), BLOCK);
  await eventually('the requests to be there', () => node.counters.requestsAccepted === 2000);
  let before = -1;
  await eventually(
    'the node to stop sending',
    () => {
      const now = node.counters.blocksSent;
      const isStill = now === before;
      before = now;
      return isStill;
    },
    { intervalMs: 300 },
  );
  const [view] = torrent.peers;
  const waiting = view?.queuedBytes ?? 0;
  assert.ok(waiting > 0 && waiting <= 3 * 1024 * 1024 + 128 * 1024, `${waiting} bytes wait`);
  const taken = node.counters.blocksSent * BLOCK + waiting;
  assert.ok(taken < 24 << 20, `${taken} of 32 MB were taken from the queue`);
  peer.socket.resume();
  await peer.count(7, 2000);
});

test('peers that come and go in mid-block leave nothing behind', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: 8 << 20, pieceLength: 1 << 20 });
  const { node, port } = await seedFixture(t, fixture, { limits: { cacheBytes: 1 } });
  for (let round = 0; round < 20; round++) {
    const peer = await FakePeer.download(t, port, fixture.metainfo.infoHash);
    for (let i = 0; i < 200; i++) peer.request(i % 8, 0, BLOCK);
    await peer.next(7);
    peer.socket.destroy();
  }
  await eventually('all to be gone', () => node.connectionCount === 0);
  assert.ok(node.cacheBytes <= 8 << 20);
  const peer = await FakePeer.download(t, port, fixture.metainfo.infoHash);
  for (let piece = 0; piece < 8; piece++) {
    peer.request(piece, 0, BLOCK);
    const block = (await peer.next(7)).subarray(9);
    assert.ok(block.equals(fixture.data.subarray(piece << 20, (piece << 20) + BLOCK)));
  }
});

test('random messages end connections at most, never anything of ours', async (t) => {
  const fixture = await makeTorrentFixture(t);
  const { node, port } = await seedFixture(t, fixture);
  for (let seed = 1; seed <= 60; seed++) {
    const bytes = randomBytesOf(seed, 4000);
    const peer = await FakePeer.connect(t, port);
    peer.send(handshakeBytes(fixture.metainfo.infoHash, { fast: seed % 2 === 0, extended: seed % 3 === 0 }));
    for (let at = 0; at < 3900; at += 40) {
      const id = (bytes[at] ?? 0) % 24;
      const length = (bytes[at + 1] ?? 0) % 3 === 0 ? (bytes[at + 2] ?? 0) % 38 : (PAYLOADS[id] ?? 8);
      peer.send(messageBytes(id, bytes.subarray(at + 2, at + 2 + length)));
    }
    peer.socket.end();
    await peer.end();
  }
  await eventually('all to be gone', () => node.connectionCount === 0);
  assert.equal(node.counters.closedTotal.internal, 0);
  const peer = await FakePeer.download(t, port, fixture.metainfo.infoHash);
  peer.request(0, 0, BLOCK);
  assert.ok((await peer.next(7)).subarray(9).equals(fixture.data.subarray(0, BLOCK)));
});

test('fifty peers that ask for everything and read nothing cost what their watermarks say', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: 16 << 20, pieceLength: 1 << 20 });
  const { node, torrent, port } = await seedFixture(t, fixture, { limits: { cacheBytes: 16 << 20 } });
  for (let i = 0; i < 50; i++) {
    const peer = await FakePeer.download(t, port, fixture.metainfo.infoHash);
    peer.socket.pause();
    const requests = Array.from({ length: 1000 }, (_none, at) =>
      numbersBytes(6, at % 16, BLOCK * (Math.floor(at / 16) % 64), BLOCK),
    );
    peer.send(...requests);
  }
  await eventually('the requests to be there', () => node.counters.requestsAccepted === 50_000);
  const waiting = [...torrent.peers].map((peer) => peer.queuedBytes);
  assert.ok(Math.max(...waiting) <= 3 * 1024 * 1024 + 128 * 1024, `${Math.max(...waiting)} bytes wait`);
  assert.ok(node.cacheBytes <= 16 << 20, `${node.cacheBytes} bytes of cache`);
});
