import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { encodeBencode } from '../../../../src/bittorrent/bencode.ts';
import type { Peer } from '../../../../src/seeder/peers/peer.ts';
import { eventually } from '../../../support/eventually.ts';
import { FakeLeech, fakeDownload } from '../../../support/fake-leech.ts';
import { FakePeer, handshakeBytes, messageBytes, numbersBytes } from '../../../support/fake-peer.ts';
import { mirrorFixture } from '../../../support/mirrored-torrent.ts';
import { makeTorrentFixture, seedFixture, torrentState } from '../../../support/seeded-torrent.ts';

const PIECE = 65_536;

/** The extended handshake of a peer that knows BEP 54. */
const hello = messageBytes(20, Buffer.concat([Buffer.of(0), encodeBencode({ m: { lt_donthave: 9 } })]));

/** That a piece was lost, as a message with this id of the extension. */
function dontHave(id: number, piece: number): Buffer {
  const payload = Buffer.alloc(5);
  payload[0] = id;
  payload.writeUInt32BE(piece, 1);
  return messageBytes(20, payload);
}

test('what a peer has lost is asked of another, and is rarer then', async () => {
  const { downloader } = fakeDownload({ pieceCount: 2, pieceLength: PIECE });
  const first = new FakeLeech(downloader, new Set([0, 1]));
  first.unchoke();
  await turn();
  assert.equal(first.asked.length, 8);
  const second = new FakeLeech(downloader, new Set([0, 1]));
  second.unchoke();
  first.lose(1);
  await turn();
  assert.deepEqual([...first.leech.asked], [0, 1, 2, 3]);
  assert.deepEqual(second.asked.filter(({ piece }) => piece === 1).length, 4);
  assert.equal(first.leech.wanted, 1);
  assert.equal(first.leech.isCounted(1), false);
});

test('a peer that had all is counted for what is left', async () => {
  const { downloader } = fakeDownload({ pieceCount: 3, pieceLength: PIECE });
  const peer = new FakeLeech(downloader);
  assert.equal(peer.leech.wanted, 3);
  peer.lose(1);
  assert.equal(peer.leech.wanted, 2);
  assert.deepEqual(
    [0, 1, 2].map((piece) => peer.leech.isCounted(piece)),
    [true, false, true],
  );
});

test('blocks of a lost piece that were on their way are no fault', async () => {
  const { downloader } = fakeDownload({ pieceCount: 1, pieceLength: 200 * 16_384 });
  const peer = new FakeLeech(downloader);
  peer.unchoke();
  await turn();
  const count = peer.asked.length;
  peer.lose(0);
  peer.give(count);
  assert.equal(peer.isClosed, false);
});

test('a mirror asks a peer no more for what it says that it has lost', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: 2 * PIECE, pieceLength: PIECE });
  const { node, torrent } = await mirrorFixture(t, fixture, []);
  await torrentState(node, torrent, 'downloading');
  const peer = await FakePeer.connect(t, node.port);
  peer.send(handshakeBytes(torrent.infoHash), messageBytes(14));
  const [, id] = await theirExtension(peer);
  peer.send(dontHave(id, 0), messageBytes(1));
  for (let count = 0; count < 4; count++) assert.equal((await peer.next(6)).readUInt32BE(1), 1);
  assert.equal(
    peer.messages.some(([first]) => first === 6),
    false,
  );
});

for (const [what, payload] of [
  ['a piece that the torrent does not have', [0, 0, 0, 2]],
  ['three bytes', [0, 0, 0]],
] as const)
  test(`the loss of ${what} ends the connection`, async (t) => {
    const fixture = await makeTorrentFixture(t, { content: 2 * PIECE, pieceLength: PIECE });
    const { torrent, port } = await seedFixture(t, fixture);
    const peer = await FakePeer.connect(t, port);
    peer.send(handshakeBytes(torrent.infoHash));
    const [, id] = await theirExtension(peer);
    peer.send(messageBytes(20, Buffer.from([id, ...payload])));
    await peer.end();
  });

/** `lt_donthave` as the node announces it: the name and its id. */
async function theirExtension(peer: FakePeer): Promise<[string, number]> {
  const text = (await peer.next(20)).toString('latin1');
  const match = /(lt_donthave)i(\d+)e/.exec(text);
  assert.ok(match?.[1] !== undefined, text);
  return [match[1], Number(match[2])];
}

/** A node that seeds, and a peer of it that was told nothing yet. */
async function seedAndPeer(
  t: Parameters<typeof seedFixture>[0],
  options: Parameters<typeof handshakeBytes>[1],
) {
  const fixture = await makeTorrentFixture(t, { content: 2 * PIECE, pieceLength: PIECE });
  const { node, torrent, port } = await seedFixture(t, fixture);
  const peer = await FakePeer.connect(t, port);
  peer.send(handshakeBytes(torrent.infoHash, options));
  await eventually('the peer', () => torrent.peers.size === 1);
  const [ours] = torrent.peers as unknown as ReadonlySet<Peer>;
  assert.ok(ours);
  return { node, peer, wire: ours.wire };
}

test('a peer that knows BEP 54 is told of what we have lost', async (t) => {
  const { peer, wire } = await seedAndPeer(t, {});
  peer.send(hello);
  await eventually('it to be known', () => 'lt_donthave' in wire.peerExtendedMapping);
  wire.dontHave(1);
  for (;;) {
    const message = await peer.next(20);
    if (message[1] === 9) return assert.deepEqual([...message.subarray(2)], [0, 0, 0, 1]);
  }
});

test('a peer that knows BEP 6 alone is refused what waits for it', async (t) => {
  const { peer, wire } = await seedAndPeer(t, {});
  wire.requests.push(0, 0, 16_384);
  wire.requests.push(1, 16_384, 16_384);
  wire.dontHave(1);
  const reject = await peer.next(16);
  assert.deepEqual(reject, numbersBytes(16, 1, 16_384, 16_384).subarray(4));
  assert.equal(wire.requests.size, 1);
});

test('a peer that knows neither is left: it learns by the next bitfield', async (t) => {
  const { node, peer, wire } = await seedAndPeer(t, { fast: false });
  wire.dontHave(1);
  await peer.end();
  assert.equal(node.counters.closedTotal.storage, 1);
});
