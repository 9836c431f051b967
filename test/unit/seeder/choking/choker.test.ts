import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { eventually } from '../../../support/eventually.ts';
import { FakePeer, handshakeBytes, messageBytes } from '../../../support/fake-peer.ts';
import { makeTorrentFixture, seedFixture, torrentState } from '../../../support/seeded-torrent.ts';
import { ManualClock } from '../../../support/seeder-clock.ts';

const BLOCK = 16_384;

/** A peer that says it is interested, and does not wait for what comes of it. */
async function interested(t: TestContext, port: number, infoHash: Uint8Array): Promise<FakePeer> {
  const peer = await FakePeer.connect(t, port);
  peer.send(handshakeBytes(infoHash), messageBytes(2));
  return peer;
}

test('while the limit shows that the uplink has room, everybody is served whatever the slots; then they count', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: 40 * 32_768 });
  const clock = new ManualClock();
  const { infoHash } = fixture.metainfo;
  const { port, node } = await seedFixture(t, fixture, {
    clock,
    limits: { uploadSlots: 2 },
    rates: { limits: { node: 20_480 }, isLocalLimited: true },
  });
  const peers = await Promise.all([1, 2, 3, 4, 5].map(() => FakePeer.download(t, port, infoHash)));
  for (const peer of peers) for (let i = 0; i < 40; i++) peer.request(i, 0, BLOCK);
  await eventually('all to wait', () => node.pacer.waitingCount === peers.length);
  clock.advance(12_000);
  await eventually('three to be choked', () => {
    const choked = peers.filter(({ messages }) => messages.some(([id]) => id === 0));
    return choked.length === 3;
  });
});

test('a torrent has no more than its slots, and hands on the one that comes free', async (t) => {
  const [one, two] = [
    await makeTorrentFixture(t, { content: 100_000 }),
    await makeTorrentFixture(t, { content: 200_000 }),
  ];
  const { port, node } = await seedFixture(t, one, { limits: { uploadSlotsPerTorrent: 1 } });
  const other = node.add({ metainfo: two.metainfo, dataPath: two.dataPath });
  await torrentState(node, other, 'seeding');
  const first = await FakePeer.download(t, port, one.metainfo.infoHash);
  const second = await interested(t, port, one.metainfo.infoHash);
  await second.next(17); // it has to wait, and is allowed a few pieces
  await FakePeer.download(t, port, two.metainfo.infoHash);
  assert.equal(
    second.messages.some(([id]) => id === 1),
    false,
  );
  first.socket.destroy();
  await second.next(1);
});
