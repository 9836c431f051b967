import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { InfoHash } from '../../../../src/bittorrent/info-hash.ts';
import type { TransferLimits } from '../../../../src/seeder/rates/rate-limits.ts';
import { type PacerOptions, RatePacer } from '../../../../src/seeder/rates/rate-pacer.ts';
import { minutesOf } from '../../../../src/seeder/rates/rate-schedule.ts';
import { FakeLeech, fakeDownload } from '../../../support/fake-leech.ts';
import { ManualClock } from '../../../support/seeder-clock.ts';

const BLOCK = 16_384;
/** Of the download in `fakeDownload`. */
const INFO_HASH = new Uint8Array(20) as InfoHash;

/** A download of 64 MiB within limits, from so many peers that answer at once. */
async function limited(
  limits: Partial<TransferLimits>,
  peerCount: number,
  isLocal = false,
  hours: Pick<PacerOptions, 'schedule' | 'minuteOfDay'> = {},
) {
  const clock = new ManualClock();
  const pacer = new RatePacer({ clock, limits, ...hours });
  const { downloader } = fakeDownload({ pieceCount: 256, pieceLength: 16 * BLOCK, pacer });
  const peers = Array.from({ length: peerCount }, () => new FakeLeech(downloader, undefined, isLocal));
  for (const peer of peers) peer.unchoke();
  await turn();
  /** Blocks that come in so many seconds, the peers answering every 10 ms. */
  const blocksIn = (seconds: number): number => {
    let blocks = 0;
    for (let ms = 0; ms < 1000 * seconds; ms += 10) {
      clock.advance(10);
      for (const peer of peers) {
        const count = peer.asked.length;
        blocks += count;
        peer.give(count);
      }
    }
    return blocks;
  };
  return { pacer, peers, blocksIn, downloader };
}

function assertHeld(blocks: number, bytes: number): void {
  const part = (blocks * BLOCK) / bytes;
  assert.ok(part >= 0.95 && part <= 1.05, `${part} of the limit`);
}

test('the limits of node, torrent and peer are held within 5 % by what is asked for', async () => {
  for (const limits of [{ node: 400_000 }, { eachTorrent: 400_000 }, { eachPeer: 100_000 }]) {
    const { blocksIn } = await limited(limits, 4);
    blocksIn(1);
    assertHeld(blocksIn(20), 20 * 400_000);
  }
});

test('a change holds at once, that of one torrent too', async () => {
  const { pacer, blocksIn } = await limited({ node: 800_000 }, 2);
  blocksIn(1);
  pacer.setLimits({ node: 200_000 });
  assertHeld(blocksIn(10), 10 * 200_000);
  pacer.setLimits({ node: null });
  pacer.setTorrentLimit(INFO_HASH, 100_000);
  assertHeld(blocksIn(10), 10 * 100_000);
});

test('equal peers give equal shares of a limit', async () => {
  const { peers, blocksIn } = await limited({ node: 400_000 }, 4);
  blocksIn(20);
  const got = peers.map(({ leech }) => leech.receivedBytes);
  assert.ok(Math.min(...got) >= 0.9 * Math.max(...got), got.join());
});

test('what a peer takes back is asked of others within the same limit', async () => {
  const { peers, blocksIn } = await limited({ node: 160_000 }, 2);
  const [bad, good] = peers as [FakeLeech, FakeLeech];
  bad.give = () => {}; // it takes requests, answers none, and chokes
  for (let second = 0; second < 20; second++) {
    blocksIn(1);
    bad.choke();
    bad.unchoke();
    await turn();
  }
  assert.equal(bad.leech.receivedBytes, 0);
  assert.ok(good.leech.receivedBytes <= 1.05 * 20 * 160_000);
  assert.ok(good.leech.receivedBytes >= 0.8 * 20 * 160_000, String(good.leech.receivedBytes));
});

test('limits do not bind peers of the local network', async () => {
  const { blocksIn } = await limited({ node: 20_000, eachPeer: 20_000 }, 1, true);
  assert.ok(blocksIn(1) * BLOCK > 1_000_000);
});

test('a peer with nothing to give does not keep the others from their turns', async () => {
  const clock = new ManualClock();
  const pacer = new RatePacer({ clock, limits: { node: 160_000 } });
  const { downloader } = fakeDownload({ pieceCount: 2, pieceLength: 2 * BLOCK, pacer });
  const peers = [1, 2, 3].map(() => new FakeLeech(downloader, undefined, false));
  for (const peer of peers) peer.unchoke();
  await turn();
  for (let ms = 0; ms < 5000; ms += 10) {
    clock.advance(10);
    for (const peer of peers) peer.give(peer.asked.length);
    await Promise.resolve();
  }
  await turn();
  assert.equal(downloader.missing, 0);
});

test('a piece that one peer is to give alone may take as long as the limit makes it', async () => {
  const clock = new ManualClock();
  const pacer = new RatePacer({ clock, limits: { eachPeer: 2048 } });
  const checks = [false, true]; // of two givers nobody knows who lied: one is to give it all
  const fake = fakeDownload({
    pieceCount: 1,
    pieceLength: 16 * BLOCK,
    pacer,
    isGood: () => checks.shift() ?? true,
  });
  const peers = [1, 2].map(() => new FakeLeech(fake.downloader, undefined, false));
  for (const peer of peers) peer.unchoke();
  let seconds = 0;
  for (; fake.downloader.missing > 0 && seconds < 1000; seconds++) {
    for (let step = 0; step < 10; step++) {
      clock.advance(100);
      for (const peer of peers) peer.give(peer.asked.length);
      await turn();
    }
    fake.clock.nowMs = clock.nowMs();
    fake.downloader.tick(clock.nowMs(), 1);
  }
  assert.ok(seconds >= 150 && seconds < 250, `${seconds} seconds`);
});

test('a download moves through the hours of a schedule, each with its limit', async () => {
  let minuteOfDay = 7 * 60 + 59;
  const { pacer, blocksIn } = await limited({ node: 200_000 }, 3, false, {
    schedule: [
      { fromMinute: 480, toMinute: 1020, bytesPerSecond: 50_000 },
      { fromMinute: 1320, toMinute: 360, bytesPerSecond: 800_000 },
    ],
    minuteOfDay: () => minuteOfDay,
  });
  for (const [hour, limit] of [
    ['08:00', 50_000],
    ['16:59', 50_000],
    ['17:00', 200_000],
    ['22:00', 800_000],
    ['05:59', 800_000],
    ['06:00', 200_000],
  ] as const) {
    minuteOfDay = minutesOf(hour) as number; // a time that the day has
    pacer.tick(); // as the heartbeat does every second
    blocksIn(1); // what was asked for before still comes
    assertHeld(blocksIn(10), 10 * limit);
    assert.equal(pacer.nodeLimitNow, limit, hour);
  }
});

test('a schedule that is changed holds at once, without a tick', async () => {
  const { pacer, blocksIn } = await limited({ node: 800_000 }, 2, false, { minuteOfDay: () => 600 });
  assertHeld(blocksIn(10), 10 * 800_000);
  pacer.setSchedule([{ fromMinute: 540, toMinute: 660, bytesPerSecond: 100_000 }]);
  blocksIn(1);
  assertHeld(blocksIn(10), 10 * 100_000);
  pacer.setSchedule([]);
  assertHeld(blocksIn(10), 10 * 800_000);
});
