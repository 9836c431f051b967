import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { decodeBencode, encodeBencode, isDictionary, textOf } from '../../../../src/bittorrent/bencode.ts';
import { eventually } from '../../../support/eventually.ts';
import { FakePeer, handshakeBytes, messageBytes, numbersBytes } from '../../../support/fake-peer.ts';
import { makeTorrentFixture, seedFixture, testPeerId } from '../../../support/seeded-torrent.ts';

const BLOCK = 16_384;

test('shakes hands, says who it is and what it has', async (t) => {
  const fixture = await makeTorrentFixture(t);
  const { port } = await seedFixture(t, fixture);
  const peer = await FakePeer.connect(t, port);
  peer.send(handshakeBytes(fixture.metainfo.infoHash));
  const extended = await peer.next(20);
  assert.deepEqual(peer.handshake.subarray(28, 48), Buffer.from(fixture.metainfo.infoHash));
  assert.deepEqual(peer.handshake.subarray(48), Buffer.from(testPeerId));
  const told = decodeBencode(extended.subarray(2));
  assert.ok(isDictionary(told));
  assert.equal(told['reqq'], 2000);
  assert.equal(told['upload_only'], 1);
  assert.equal(told['metadata_size'], fixture.metainfo.infoBytes.length);
  assert.equal(textOf(told['v']), 'Seedbed test');
  assert.deepEqual(told['yourip'], new Uint8Array([127, 0, 0, 1]));
  await peer.next(14); // have-all
});

test('sends a bitfield with clear spare bits to a peer without the fast extension', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: 10 * 32_768 });
  const { port } = await seedFixture(t, fixture);
  const peer = await FakePeer.connect(t, port);
  peer.send(handshakeBytes(fixture.metainfo.infoHash, { fast: false, extended: false }));
  assert.deepEqual(await peer.next(5), Buffer.from([5, 0xff, 0xc0]));
});

test('serves every block, the short last one too', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: 100_001 });
  const { port } = await seedFixture(t, fixture);
  const peer = await FakePeer.download(t, port, fixture.metainfo.infoHash);
  const { length, pieceLength } = fixture.metainfo.info;
  const got = Buffer.alloc(length);
  for (let at = 0; at < length; at += BLOCK) {
    const piece = Math.floor(at / pieceLength);
    peer.request(piece, at - piece * pieceLength, Math.min(BLOCK, length - at));
    const message = await peer.next(7);
    message.copy(got, message.readUInt32BE(1) * pieceLength + message.readUInt32BE(5), 9);
  }
  assert.ok(got.equals(fixture.data));
});

test('serves blocks that lie in several files, of pieces with an odd length', async (t) => {
  const content = { a: 40_000, b: 0, 'c/d': 1, 'c/e': 2_500_000, f: 30_000 };
  const fixture = await makeTorrentFixture(t, { content, pieceLength: 100_003 });
  const { port } = await seedFixture(t, fixture);
  const peer = await FakePeer.download(t, port, fixture.metainfo.infoHash);
  const { pieceCount, pieceLength, length } = fixture.metainfo.info;
  for (let piece = 0; piece < pieceCount; piece++) {
    const size = Math.min(pieceLength, length - piece * pieceLength);
    for (let begin = 0; begin < size; begin += BLOCK)
      peer.request(piece, begin, Math.min(BLOCK, size - begin));
    const got = Buffer.alloc(size);
    for (let begin = 0; begin < size; begin += BLOCK) {
      const message = await peer.next(7);
      message.copy(got, message.readUInt32BE(5), 9);
    }
    const hash = createHash('sha1').update(got).digest();
    assert.deepEqual(hash, Buffer.from(fixture.metainfo.info.pieces.subarray(20 * piece, 20 * piece + 20)));
  }
});

test('gives the info dictionary to a peer that has only a magnet link', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: 1200 * 16_384, pieceLength: 16_384 });
  const { node, port } = await seedFixture(t, fixture);
  const peer = await FakePeer.connect(t, port);
  const hello = encodeBencode({ m: { ut_metadata: 3 } });
  peer.send(
    handshakeBytes(fixture.metainfo.infoHash),
    messageBytes(20, Buffer.concat([Buffer.of(0), hello])),
  );
  const told = decodeBencode((await peer.next(20)).subarray(2));
  assert.ok(isDictionary(told) && isDictionary(told['m']));
  const id = Number(told['m']['ut_metadata']);
  const ask = (piece: number): void => {
    const request = encodeBencode({ msg_type: 0, piece });
    peer.send(messageBytes(20, Buffer.concat([Buffer.of(id), request])));
  };
  const { infoBytes } = fixture.metainfo;
  ask(0);
  ask(1);
  ask(2);
  const first = await peer.next(20);
  const second = await peer.next(20);
  const refused = await peer.next(20);
  assert.equal(first[1], 3);
  const data = Buffer.concat([first.subarray(-16_384), second.subarray(16_384 - infoBytes.length)]);
  assert.ok(data.equals(infoBytes));
  assert.equal(refused.subarray(2).toString(), 'd8:msg_typei2e5:piecei2ee');
  for (let i = 0; i < 20; i++) ask(0);
  await peer.count(20, 20);
  assert.ok(node.counters.metadataPiecesSent <= 6, 'each piece is given away three times at most');
});

test('refuses what cannot be served, and goes on', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: 100_000 });
  const { port } = await seedFixture(t, fixture);
  const peer = await FakePeer.download(t, port, fixture.metainfo.infoHash);
  const refused: readonly (readonly [number, number, number])[] = [
    [4, 0, BLOCK], // no such piece
    [0xffffffff, 0, BLOCK],
    [0, 32_768, 1], // behind the piece
    [0, 0xffffffff, BLOCK],
    [3, 0, BLOCK], // the last piece is shorter
    [0, 0, 0],
    [0, 0, 131_073],
    [0, 0, 0x80000000],
  ];
  for (const request of refused) {
    peer.request(...request);
    const reject = await peer.next(16);
    assert.deepEqual(
      [1, 5, 9].map((at) => reject.readUInt32BE(at)),
      request,
    );
  }
  peer.request(3, 0, 100_000 - 3 * 32_768);
  await peer.next(7);
});

test('a request while choked is refused, but for the pieces that were allowed', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: 20 * 32_768 });
  const { port } = await seedFixture(t, fixture, { limits: { uploadSlots: 1 } });
  await FakePeer.download(t, port, fixture.metainfo.infoHash);
  const waiting = await FakePeer.connect(t, port);
  waiting.send(handshakeBytes(fixture.metainfo.infoHash), messageBytes(2));
  await waiting.count(17, 6);
  const allowed = waiting.messages.filter(([id]) => id === 17).map((message) => message.readUInt32BE(1));
  const other = [...Array(20).keys()].find((piece) => !allowed.includes(piece)) ?? 0;
  waiting.request(other, 0, BLOCK);
  assert.equal((await waiting.next(16)).readUInt32BE(1), other);
  waiting.request(allowed[0] ?? 0, 0, BLOCK);
  assert.equal((await waiting.next(7)).readUInt32BE(1), allowed[0]);
});

test('allowed pieces are no way around the choke: their bytes are counted', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: 20 * 32_768 });
  const { port } = await seedFixture(t, fixture, { limits: { uploadSlots: 1 } });
  await FakePeer.download(t, port, fixture.metainfo.infoHash);
  const waiting = await FakePeer.connect(t, port);
  waiting.send(handshakeBytes(fixture.metainfo.infoHash), messageBytes(2));
  const piece = (await waiting.next(17)).readUInt32BE(1);
  for (let i = 0; i < 100; i++) waiting.request(piece, 0, BLOCK);
  const allowance = 3 * 2 * 6; // three times two blocks of six pieces
  await waiting.count(16, 100 - allowance);
  await waiting.count(7, allowance);
  assert.equal(waiting.messages.filter(([id]) => id === 7).length, allowance);
});

test('the slot of a peer that leaves goes to the next', async (t) => {
  const fixture = await makeTorrentFixture(t);
  const { port } = await seedFixture(t, fixture, { limits: { uploadSlots: 1 } });
  const first = await FakePeer.download(t, port, fixture.metainfo.infoHash);
  const second = await FakePeer.connect(t, port);
  second.send(handshakeBytes(fixture.metainfo.infoHash), messageBytes(2));
  await second.next(17);
  first.socket.destroy();
  await second.next(1);
});

test('answers a cancel of what waits with a reject, and sends the block no more', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: 1 << 20 });
  const { port } = await seedFixture(t, fixture);
  const peer = await FakePeer.download(t, port, fixture.metainfo.infoHash);
  peer.send(numbersBytes(6, 0, 0, BLOCK), numbersBytes(6, 1, 0, BLOCK), numbersBytes(8, 1, 0, BLOCK));
  assert.equal((await peer.next(16)).readUInt32BE(1), 1);
  assert.equal((await peer.next(7)).readUInt32BE(1), 0);
  peer.request(2, 0, BLOCK);
  assert.equal((await peer.next(7)).readUInt32BE(1), 2);
});

test('counts what it uploads', async (t) => {
  const fixture = await makeTorrentFixture(t);
  const { node, torrent, port } = await seedFixture(t, fixture);
  const peer = await FakePeer.download(t, port, fixture.metainfo.infoHash);
  peer.request(0, 0, BLOCK);
  peer.request(1, 0, 1000);
  await peer.count(7, 2);
  await eventually('both blocks to be counted', () => torrent.uploadedBytes === BLOCK + 1000);
  assert.equal(node.counters.uploadedBytes, BLOCK + 1000);
  assert.equal(torrent.peerCount, 1);
  assert.equal([...torrent.peers][0]?.uploadedBytes, BLOCK + 1000);
});

test('listens to both families on one port, and tells a peer its IPv4 address as four bytes', async (t) => {
  const fixture = await makeTorrentFixture(t);
  const { port } = await seedFixture(t, fixture, { host: '::' });
  for (const [host, bytes] of [
    ['127.0.0.1', Buffer.of(127, 0, 0, 1)],
    ['::1', Buffer.concat([Buffer.alloc(15), Buffer.of(1)])],
  ] as const) {
    const peer = await FakePeer.connect(t, port, host);
    peer.send(handshakeBytes(fixture.metainfo.infoHash));
    const told = decodeBencode((await peer.next(20)).subarray(2));
    assert.ok(isDictionary(told));
    assert.deepEqual(Buffer.from(told['yourip'] as Uint8Array), bytes);
  }
});

test('a peer that tells by bitfields what it has got, as aria2 does, is served on', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: 1_000_000, pieceLength: 16_384 });
  const { port } = await seedFixture(t, fixture);
  const peer = await FakePeer.download(t, port, fixture.metainfo.infoHash);
  for (let count = 1; count <= 50; count++) {
    const bits = Buffer.alloc(8);
    bits[count >>> 3] = 0x80 >> (count & 7);
    peer.send(messageBytes(5, bits));
  }
  peer.request(0, 0, 16_384);
  assert.equal((await peer.next(7)).length, 9 + 16_384);
});
