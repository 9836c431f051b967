import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InfoHash } from '../../../../src/bittorrent/info-hash.ts';
import { Choker } from '../../../../src/seeder/choking/choker.ts';
import { DEFAULT_SEEDER_LIMITS } from '../../../../src/seeder/limits.ts';
import type { Peer } from '../../../../src/seeder/peers/peer.ts';
import { UploadRate } from '../../../../src/seeder/peers/upload-rate.ts';
import type { RateAllowance } from '../../../../src/seeder/rates/rate-allowance.ts';
import { RatePacer } from '../../../../src/seeder/rates/rate-pacer.ts';
import { ManualClock } from '../../../support/seeder-clock.ts';

const BLOCK = 16_384;
const LEECHERS = 50;
const INFO_HASH = new Uint8Array(20) as InfoHash;

/** What a choker sees of a peer that takes whatever it is given, as fast as its line is. */
class Taker {
  readonly isInterested = true;
  readonly pieceLength = 1 << 18;
  readonly believedProgress = 0;
  readonly torrent: { readonly state: string; readonly isComplete: boolean };
  isUnchoked = false;
  changedAtMs = 0;
  bytesSinceUnchoke = 0;
  uploadedBytes = 0;
  /** Bytes that its line still takes in this step. */
  room = 0;
  readonly #rate = new UploadRate();
  readonly #clock: ManualClock;
  readonly #allowance: RateAllowance;

  constructor(clock: ManualClock, pacer: RatePacer, torrent: Taker['torrent']) {
    this.#clock = clock;
    this.torrent = torrent;
    this.#allowance = pacer.open(INFO_HASH, false, () => this.pump());
  }

  get rateBytesPerSecond(): number {
    return this.#rate.bytesPerSecond;
  }

  unchoke(): void {
    this.isUnchoked = true;
    this.changedAtMs = this.#clock.nowMs();
    this.bytesSinceUnchoke = 0;
  }

  choke(): void {
    this.isUnchoked = false;
    this.changedAtMs = this.#clock.nowMs();
  }

  offerFast(): void {}

  tick(seconds: number): void {
    this.#rate.tick(seconds);
  }

  pump(): void {
    while (this.isUnchoked && this.room >= BLOCK) {
      if (this.#allowance.isLimited && !this.#allowance.mayPass()) return;
      this.#allowance.took(BLOCK);
      this.room -= BLOCK;
      this.uploadedBytes += BLOCK;
      this.bytesSinceUnchoke += BLOCK;
      this.#rate.add(BLOCK);
    }
  }
}

/** What 50 leechers with equal lines get in an hour, with few slots. */
function hour(limit: number | null, uploadSlots: number, lineBytesPerSecond: number): number[] {
  const clock = new ManualClock();
  const pacer = new RatePacer({ clock, limits: { node: limit } });
  const choker = new Choker({
    limits: { ...DEFAULT_SEEDER_LIMITS, uploadSlots },
    hasRoom: () => pacer.hasRoom,
    uploadLimit: () => pacer.nodeLimitNow,
    random: () => 0.5,
  });
  const torrent = { state: 'seeding', serving: 'everybody', isComplete: true };
  const takers = Array.from({ length: LEECHERS }, () => new Taker(clock, pacer, torrent));
  for (const taker of takers) choker.interestChanged(taker as unknown as Peer);
  for (let second = 0; second < 3600; second++) {
    for (let step = 0; step < 10; step++) {
      for (const taker of takers) {
        taker.room = Math.min(lineBytesPerSecond, taker.room + lineBytesPerSecond / 10);
        taker.pump();
      }
      clock.advance(100);
    }
    for (const taker of takers) taker.tick(1);
    choker.tick(clock.nowMs());
  }
  pacer.stop();
  return takers.map(({ uploadedBytes }) => uploadedBytes);
}

function assertFair(got: readonly number[]): void {
  const [least, most] = [Math.min(...got), Math.max(...got)];
  assert.ok(least >= 0.8 * most, `from ${least} to ${most} bytes`);
}

test('50 leechers with equal lines get within 20 % of each other when slots are short and the uplink is full', () => {
  const limit = 1 << 20;
  const got = hour(limit, 10, 400_000);
  assertFair(got);
  const sum = got.reduce((a, b) => a + b);
  assert.ok(sum >= 0.95 * 3600 * limit && sum <= 1.05 * 3600 * limit, `${sum / 3600 / limit} of the limit`);
});

test('50 leechers with equal lines get within 20 % of each other when slots are short and nobody knows the uplink', () => {
  assertFair(hour(null, 10, 200_000));
});

test('50 leechers with equal lines get within 20 % of each other when there are slots for all', () => {
  assertFair(hour(1 << 20, 100, 400_000));
});
