import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type InfoHash, infoHashFromBytes } from '../../../../src/bittorrent/info-hash.ts';
import type { RateAllowance } from '../../../../src/seeder/rates/rate-allowance.ts';
import { type PacerOptions, RatePacer } from '../../../../src/seeder/rates/rate-pacer.ts';
import { ManualClock } from '../../../support/seeder-clock.ts';

const BLOCK = 16_384;
const MEBIBYTE = 1 << 20;

/** A peer that takes whatever it may be sent, up to a line of its own. */
class Sender {
  bytes = 0;
  readonly allowance: RateAllowance;
  /** Bytes that it can take before it is given more room. */
  room: number;

  constructor(
    pacer: RatePacer,
    { torrent = hash(1), isLocal = false, room = Number.POSITIVE_INFINITY } = {},
  ) {
    this.room = room;
    this.allowance = pacer.open(torrent, isLocal, () => this.pump());
  }

  pump(): void {
    while (this.room >= BLOCK) {
      if (this.allowance.isLimited && !this.allowance.mayPass()) return;
      this.allowance.took(BLOCK);
      this.room -= BLOCK;
      this.bytes += BLOCK;
      if (this.bytes > 1e10) return; // nothing holds it back
    }
  }
}

function hash(byte: number): InfoHash {
  return infoHashFromBytes(new Uint8Array(20).fill(byte));
}

function makePacer(options: Omit<PacerOptions, 'clock'> = {}): { clock: ManualClock; pacer: RatePacer } {
  const clock = new ManualClock();
  return { clock, pacer: new RatePacer({ clock, ...options }) };
}

function startAll(senders: readonly Sender[]): void {
  for (const sender of senders) sender.pump();
}

function within(actual: number, expected: number, part: number): void {
  assert.ok(Math.abs(actual - expected) <= part * expected, `${actual}, not about ${expected}`);
}

test('without limits nobody is limited, and no timer runs', () => {
  const { clock, pacer } = makePacer();
  assert.equal(new Sender(pacer).allowance.isLimited, false);
  assert.equal(pacer.nodeLimitNow, null);
  assert.equal(pacer.hasRoom, false);
  assert.deepEqual(clock.pendingMs, []);
});

test('holds the limit of the node, whoever asks', () => {
  for (const count of [1, 7, 200]) {
    const { clock, pacer } = makePacer({ limits: { node: 2 * MEBIBYTE } });
    const senders = Array.from({ length: count }, (_none, i) => new Sender(pacer, { torrent: hash(i % 5) }));
    startAll(senders);
    clock.advance(10_000);
    within(
      senders.reduce((sum, { bytes }) => sum + bytes, 0),
      20 * MEBIBYTE,
      0.01,
    );
  }
});

test('holds low limits, and 10 Gbit/s', () => {
  for (const [node, seconds] of [
    [1024, 3200],
    [20_000, 200],
    [1_250_000_000, 1],
  ] as const) {
    const { clock, pacer } = makePacer({ limits: { node } });
    const sender = new Sender(pacer);
    sender.pump();
    clock.advance(1000 * seconds);
    within(sender.bytes, node * seconds, 0.02);
  }
});

test('peers that take what they get have equal shares', () => {
  const { clock, pacer } = makePacer({ limits: { node: 5 * MEBIBYTE } });
  const senders = Array.from({ length: 50 }, () => new Sender(pacer));
  startAll(senders);
  clock.advance(5000);
  const bytes = senders.map((sender) => sender.bytes);
  assert.ok(Math.max(...bytes) - Math.min(...bytes) <= BLOCK, bytes.join(' '));
});

test('what a slow peer does not take goes to the others', () => {
  const { clock, pacer } = makePacer({ limits: { node: MEBIBYTE } });
  const fast = new Sender(pacer);
  const slow = new Sender(pacer, { room: 0 });
  startAll([fast, slow]);
  for (let second = 0; second < 10; second++) {
    slow.room += 4 * BLOCK;
    slow.pump();
    clock.advance(1000);
  }
  assert.equal(slow.bytes, 40 * BLOCK);
  within(fast.bytes, 10 * MEBIBYTE - slow.bytes, 0.01);
});

test('a torrent and a peer keep to their own limits, and others have the rest', () => {
  const { clock, pacer } = makePacer({ limits: { node: 10 * MEBIBYTE, eachPeer: 4 * MEBIBYTE } });
  pacer.setTorrentLimit(hash(2), MEBIBYTE);
  const free = new Sender(pacer, { torrent: hash(1) });
  const bound = [1, 2, 3].map(() => new Sender(pacer, { torrent: hash(2) }));
  startAll([free, ...bound]);
  clock.advance(10_000);
  within(free.bytes, 40 * MEBIBYTE, 0.01);
  for (const { bytes } of bound) within(bytes, (10 * MEBIBYTE) / 3, 0.02);
});

test('a torrent may be free of the limit of each torrent', () => {
  const { pacer } = makePacer({ limits: { eachTorrent: 5000 } });
  pacer.setTorrentLimit(hash(2), null);
  assert.equal(new Sender(pacer, { torrent: hash(1) }).allowance.isLimited, true);
  assert.equal(new Sender(pacer, { torrent: hash(2) }).allowance.isLimited, false);
  assert.deepEqual([pacer.torrentLimit(hash(1)), pacer.torrentLimit(hash(2))], [5000, null]);
  pacer.setTorrentLimit(hash(2), undefined);
  assert.equal(pacer.torrentLimit(hash(2)), 5000);
});

test('another limit holds at once, also for those who wait', () => {
  const { clock, pacer } = makePacer({ limits: { node: 1024 } });
  const sender = new Sender(pacer);
  sender.pump();
  clock.advance(1000);
  pacer.setLimits({ node: MEBIBYTE });
  const before = sender.bytes;
  clock.advance(4000);
  within(sender.bytes - before, 4 * MEBIBYTE, 0.01);
  pacer.setLimits({ node: 100_000 });
  const atLow = sender.bytes;
  clock.advance(10_000);
  within(sender.bytes - atLow, 1_000_000, 0.05);
});

test('those who wait go on when the limit is lifted', () => {
  const { clock, pacer } = makePacer({ limits: { node: 1024 } });
  const sender = new Sender(pacer);
  sender.pump();
  clock.advance(1000);
  sender.room = 40 * BLOCK;
  const before = sender.bytes;
  pacer.setLimits({ node: null });
  clock.advance(10);
  assert.equal(sender.bytes, before + 40 * BLOCK);
  assert.equal(pacer.waitingCount, 0);
});

test('peers of the local network are bound only when they are asked to be', () => {
  const { pacer } = makePacer({ limits: { node: 5000, eachPeer: 5000 } });
  assert.equal(new Sender(pacer, { isLocal: true }).allowance.isLimited, false);
  pacer.setLimits({ node: 6000 });
  assert.equal(new Sender(pacer, { isLocal: true }).allowance.isLimited, false);
  const { pacer: strict } = makePacer({ limits: { node: 5000 }, isLocalLimited: true });
  assert.equal(new Sender(strict, { isLocal: true }).allowance.isLimited, true);
});

test('whether peers of the local network are bound changes at once, for those that wait too', () => {
  const { clock, pacer } = makePacer({ limits: { node: 2048 }, isLocalLimited: true });
  const local = new Sender(pacer, { isLocal: true });
  const far = new Sender(pacer);
  startAll([far, local]);
  clock.advance(1000);
  assert.equal(pacer.waitingCount, 2);
  local.room = 50 * BLOCK;
  const before = local.bytes;
  pacer.setLocalLimited(false);
  assert.equal(local.bytes, before + 50 * BLOCK);
  assert.deepEqual([local.allowance.isLimited, far.allowance.isLimited], [false, true]);
  assert.equal(pacer.waitingCount, 1);
  pacer.setLocalLimited(true);
  local.room = BLOCK;
  local.pump();
  assert.equal(local.bytes, before + 50 * BLOCK, 'it waits for its turn again');
  clock.advance(60_000);
  assert.equal(local.bytes, before + 51 * BLOCK);
});

test('the schedule takes the place of the limit in its hours', () => {
  let minute = 479;
  const { clock, pacer } = makePacer({
    limits: { node: 4 * MEBIBYTE },
    schedule: [
      { fromMinute: 480, toMinute: 600, bytesPerSecond: MEBIBYTE },
      { fromMinute: 600, toMinute: 660, bytesPerSecond: null },
    ],
    minuteOfDay: () => minute,
  });
  const sender = new Sender(pacer);
  const take = (seconds: number): number => {
    const before = sender.bytes;
    pacer.tick();
    sender.pump();
    clock.advance(1000 * seconds);
    return sender.bytes - before;
  };
  within(take(5), 20 * MEBIBYTE, 0.03);
  minute = 480;
  within(take(5), 5 * MEBIBYTE, 0.03);
  assert.deepEqual([pacer.nodeLimitNow, pacer.limits.node], [MEBIBYTE, 4 * MEBIBYTE]);
  minute = 600;
  pacer.tick();
  assert.equal(sender.allowance.isLimited, false);
  minute = 660;
  pacer.tick();
  assert.equal(pacer.nodeLimitNow, 4 * MEBIBYTE);
  assert.equal(sender.allowance.isLimited, true);
});

test('there is no timer while nobody waits, and one for all who do', () => {
  const { clock, pacer } = makePacer({ limits: { node: MEBIBYTE } });
  const senders = Array.from({ length: 100 }, () => new Sender(pacer, { room: 2 * BLOCK }));
  startAll(senders);
  assert.equal(clock.pendingMs.length, 1);
  clock.advance(10_000);
  assert.deepEqual(clock.pendingMs, []);
  assert.ok(senders.every(({ bytes }) => bytes === 2 * BLOCK));
});

test('a peer that waits long for itself delays nobody else', () => {
  const { clock, pacer } = makePacer({ limits: { eachTorrent: MEBIBYTE } });
  pacer.setTorrentLimit(hash(9), 1024);
  const crawling = new Sender(pacer, { torrent: hash(9) });
  const others = [1, 2].map((byte) => new Sender(pacer, { torrent: hash(byte) }));
  startAll([crawling, ...others]);
  clock.advance(5000);
  for (const { bytes } of others) within(bytes, 5 * MEBIBYTE, 0.02);
});

test('a peer that is gone is woken no more', () => {
  const { clock, pacer } = makePacer({ limits: { node: MEBIBYTE } });
  const [gone, left] = [new Sender(pacer), new Sender(pacer)];
  startAll([gone, left]);
  clock.advance(100);
  gone.allowance.close();
  const before = gone.bytes;
  clock.advance(1000);
  assert.equal(gone.bytes, before);
  left.allowance.close();
  clock.advance(1000);
  assert.deepEqual(clock.pendingMs, []);
});

test('the uplink has room until the limit of the node holds somebody back', () => {
  const { clock, pacer } = makePacer({ limits: { node: MEBIBYTE } });
  assert.equal(pacer.hasRoom, true);
  const sender = new Sender(pacer);
  sender.pump();
  clock.advance(1000);
  assert.equal(pacer.hasRoom, false);
  sender.room = 0;
  clock.advance(5000);
  assert.equal(pacer.hasRoom, true);
});

test('when those who waited have gone, what comes together is the burst after a silence', () => {
  const { clock, pacer } = makePacer({ limits: { node: MEBIBYTE } });
  const leavers = [new Sender(pacer), new Sender(pacer)];
  startAll(leavers);
  for (const { allowance } of leavers) allowance.close();
  clock.advance(10_000);
  const next = new Sender(pacer);
  next.pump();
  within(next.bytes, MEBIBYTE / 10, 0.2);
});
