import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { encodeBencode } from '../../../../src/bittorrent/bencode.ts';
import type { SeedNodeOptions } from '../../../../src/seeder/seed-node-types.ts';
import { decodeExtendedHandshake } from '../../../../src/seeder/wire/extended-handshake.ts';
import { checksums } from '../../../support/data.ts';
import { eventually } from '../../../support/eventually.ts';
import {
  type FakeHandshake,
  FakePeer,
  handshakeBytes,
  messageBytes,
  numbersBytes,
} from '../../../support/fake-peer.ts';
import { startFixedTracker } from '../../../support/fixed-tracker.ts';
import { loopbackPeer, mirrorFixture } from '../../../support/mirrored-torrent.ts';
import { makeTorrentFixture, seedFixture, torrentState } from '../../../support/seeded-torrent.ts';
import { ManualClock } from '../../../support/seeder-clock.ts';

const BLOCK = 16_384;
const PIECES = 10;

async function superSeeding(t: TestContext, options: Partial<SeedNodeOptions> = {}) {
  const fixture = await makeTorrentFixture(t, { content: PIECES * BLOCK, pieceLength: BLOCK });
  const clock = new ManualClock();
  const seeded = await seedFixture(t, fixture, { clock, superSeeding: 'auto', ...options });
  const join = async (handshake: FakeHandshake = {}): Promise<FakePeer> => {
    const peer = await FakePeer.connect(t, seeded.port);
    peer.send(handshakeBytes(fixture.metainfo.infoHash, handshake));
    return peer;
  };
  return { ...seeded, clock, fixture, join };
}

/** Pieces that a peer was told of one by one. */
function shown({ messages }: FakePeer): number[] {
  return messages.filter(([id]) => id === 4).map((message) => message.readUInt32BE(1));
}

test('a peer is told that we have nothing, and want something', async (t) => {
  const { join } = await superSeeding(t);
  const peer = await join();
  await peer.next(15); // have none
  const extended = await peer.next(20);
  assert.equal(decodeExtendedHandshake(extended.subarray(2))?.isUploadOnly, false);
  const old = await join({ fast: false });
  const bitfield = await old.next(5);
  assert.ok(bitfield.subarray(1).every((byte) => byte === 0));
});

test('a peer is shown one piece, and may have it', async (t) => {
  const { clock, fixture, join } = await superSeeding(t);
  const [peer, other] = [await join(), await join()];
  await Promise.all([peer.next(15), other.next(15)]);
  clock.advance(2000);
  await Promise.all([peer.count(4, 1), other.count(4, 1)]);
  const [piece] = shown(peer) as [number];
  assert.notEqual(piece, shown(other)[0]);
  peer.send(messageBytes(2));
  await peer.next(1);
  peer.request(piece, 0, BLOCK);
  const block = await peer.next(7);
  assert.ok(block.subarray(9).equals(fixture.data.subarray(piece * BLOCK, (piece + 1) * BLOCK)));
  other.send(numbersBytes(4, piece));
  await peer.count(4, 2);
});

test('it is over when a peer has all: the others are told of every piece', async (t) => {
  const { clock, join, node } = await superSeeding(t);
  const peer = await join();
  await peer.next(15);
  clock.advance(2000);
  await peer.count(4, 1);
  assert.equal(node.superSeededCount, 1);
  const seed = await join();
  seed.send(messageBytes(14)); // have all
  await seed.end();
  await peer.count(4, PIECES);
  assert.equal(new Set(shown(peer)).size, PIECES);
  clock.advance(2000);
  assert.equal(node.superSeededCount, 0);
  const late = await join();
  await late.next(14);
});

test('it is over when a tracker knows of another full copy, and does not begin when one does', async (t) => {
  let others = 0;
  const { clock, join } = await superSeeding(t, { otherSeeds: () => others });
  const peer = await join();
  await peer.next(15);
  others = 1;
  clock.advance(2000);
  await peer.count(4, PIECES);
  others = 0;
  const late = await join();
  await late.next(14);
});

test('what a foreign tracker counts beside us ends it too', async (t) => {
  for (const [complete, isOver] of [
    [1, false],
    [2, true],
  ] as const) {
    const answer = encodeBencode({ interval: 600, complete, incomplete: 0, peers: '' });
    const tracker = await startFixedTracker(t, (_request, response) => response.end(answer));
    const fixture = await makeTorrentFixture(t, { announceTiers: [[tracker.url]] });
    const { node, port, torrent } = await seedFixture(t, fixture, { superSeeding: 'auto' });
    const told = () => node.trackers(torrent.infoHash)[0]?.complete === complete;
    await eventually('the tracker to answer', told);
    const peer = await FakePeer.connect(t, port);
    peer.send(handshakeBytes(fixture.metainfo.infoHash));
    await peer.next(isOver ? 14 : 15);
  }
});

test('off is the default', async (t) => {
  const fixture = await makeTorrentFixture(t);
  const { port } = await seedFixture(t, fixture);
  const peer = await FakePeer.connect(t, port);
  peer.send(handshakeBytes(fixture.metainfo.infoHash));
  await peer.next(14);
});

test('a mirror that is the only peer gets all of it', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: 3_000_000 });
  const { port, node: seed } = await seedFixture(t, fixture, { superSeeding: 'auto' });
  const { node, torrent, dataPath } = await mirrorFixture(t, fixture, [loopbackPeer(port)]);
  await torrentState(node, torrent, 'seeding', 'failed');
  assert.deepEqual(await checksums(dataPath), await checksums(fixture.dataPath));
  assert.equal(seed.counters.uploadedBytes, 3_000_000);
  await eventually('super-seeding to be over', () => seed.superSeededCount === 0);
});
