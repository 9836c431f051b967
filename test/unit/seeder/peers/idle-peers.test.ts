import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { eventually } from '../../../support/eventually.ts';
import { FakePeer } from '../../../support/fake-peer.ts';
import { connectInterested, unchokedCount } from '../../../support/interested-peers.ts';
import { liveHeapBytes } from '../../../support/live-heap.ts';
import { makeTorrentFixture, seedFixture } from '../../../support/seeded-torrent.ts';
import { ManualClock } from '../../../support/seeder-clock.ts';

const BLOCK = 16_384;
const PEERS = 300;

test('peers that are interested and ask for nothing for two hours cost no memory and few messages, and what is said of the torrent stays true', async (t) => {
  const fixture = await makeTorrentFixture(t);
  const clock = new ManualClock();
  const limits = { idleTimeoutMs: 1e12, storageCheckIntervalMs: 1e12, uploadSlots: 20 };
  const { node, port, torrent } = await seedFixture(t, fixture, { clock, limits });
  const peers = await connectInterested(t, { torrent, port }, PEERS);
  const hour = async (): Promise<{ readonly heap: number; readonly heard: number }> => {
    let heard = 0;
    for (let second = 0; second < 3600; second++) {
      clock.advance(1000);
      if (second % 10 === 0) await turn();
    }
    await eventually('all that was written to be heard', async () => {
      const before = heard;
      for (const peer of peers) heard += peer.messages.splice(0).filter(({ length }) => length > 0).length;
      return heard === before;
    });
    return { heap: liveHeapBytes(), heard };
  };
  const [first, second] = [await hour(), await hour()];
  t.diagnostic(`${second.heap - first.heap} bytes more, ${second.heard} messages`);
  assert.ok(second.heap - first.heap < 500_000, `from ${first.heap} to ${second.heap} bytes`);
  assert.ok(second.heard <= 12 * PEERS, `${second.heard} messages`);
  assert.equal(node.connectionCount, PEERS);
  assert.ok([...torrent.peers].every(({ queuedBytes, uploadedBytes }) => queuedBytes + uploadedBytes === 0));
  assert.deepEqual([torrent.state, torrent.peerCount, torrent.uploadedBytes], ['seeding', PEERS, 0]);
  assert.deepEqual([node.counters.uploadedBytes, node.counters.closedTotal.internal], [0, 0]);
  assert.equal(unchokedCount(torrent), 20);
  for (const peer of peers) peer.socket.destroy();
  await eventually('all to be gone', () => torrent.peerCount === 0);
  assert.equal(unchokedCount(torrent), 0);
  const leecher = await FakePeer.download(t, port, torrent.infoHash);
  leecher.request(0, 0, BLOCK);
  assert.ok((await leecher.next(7)).subarray(9).equals(fixture.data.subarray(0, BLOCK)));
  await eventually('it to be counted', () => torrent.uploadedBytes === BLOCK);
});
