import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '../../../support/eventually.ts';
import { loopbackPeer, mirrorFixture } from '../../../support/mirrored-torrent.ts';
import { makeTorrentFixture, seedFixture } from '../../../support/seeded-torrent.ts';
import { ManualClock } from '../../../support/seeder-clock.ts';

const BLOCK = 16_384;
const SLOW = 20_000;

test('a mirror goes on at the limit of each hour that comes, and to its end where there is none', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: 3_000_000 });
  const { port } = await seedFixture(t, fixture);
  const clock = new ManualClock();
  const beganMs = clock.nowMs();
  const seconds = (): number => (clock.nowMs() - beganMs) / 1000;
  const { node, torrent } = await mirrorFixture(t, fixture, [loopbackPeer(port)], {
    clock,
    downloadRates: {
      limits: { node: 100_000 },
      isLocalLimited: true,
      schedule: [
        { fromMinute: 480, toMinute: 481, bytesPerSecond: SLOW },
        { fromMinute: 481, toMinute: 500, bytesPerSecond: null },
      ],
      minuteOfDay: () => 480 + Math.floor((seconds() - 10) / 60), // it begins ten seconds before eight
    },
    limits: { storageCheckIntervalMs: 1e12 },
  });
  /** Moves the clock on, and holds what has come against what may have. */
  const until = (second: number, most: () => number): Promise<boolean> =>
    eventually(
      `second ${second}`,
      () => {
        clock.advance(200);
        assert.ok(torrent.downloadedBytes <= most(), `${torrent.downloadedBytes} at ${seconds()} s`);
        return seconds() >= second;
      },
      { intervalMs: 4 },
    );
  await until(10, () => 100_000 * seconds() + BLOCK);
  const atEight = torrent.downloadedBytes;
  // The heartbeat looks once a second; a second of the former rate may be under way.
  await until(69, () => atEight + 200_000 + SLOW * (seconds() - 10) + BLOCK);
  assert.ok(atEight > 0 && torrent.downloadedBytes > atEight, 'it went on, slowly');
  assert.equal(torrent.state, 'downloading');
  const left = fixture.data.length - torrent.downloadedBytes;
  const beforeNineMs = clock.nowMs();
  await until(71, () => fixture.data.length); // the next hour, and a beat of the heart in it
  await eventually(
    'all of it',
    () => {
      clock.advance(1);
      return torrent.state === 'seeding';
    },
    { intervalMs: 4 },
  );
  const slowly = (SLOW * (clock.nowMs() - beforeNineMs)) / 1000;
  assert.ok(slowly < left / 2, `${left} bytes came, of ${slowly} at the rate of the hour before`);
  assert.equal(node.downloadPacer.nodeLimitNow, null);
});
