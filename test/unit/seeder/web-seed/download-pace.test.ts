import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { infoHashFromHex } from '../../../../src/bittorrent/info-hash.ts';
import { type PacerOptions, RatePacer } from '../../../../src/seeder/rates/rate-pacer.ts';
import { DownloadPace } from '../../../../src/seeder/web-seed/download-pace.ts';
import { ManualClock } from '../../../support/seeder-clock.ts';

const MEBIBYTE = 1 << 20;
const infoHash = infoHashFromHex('ab'.repeat(20));
const never = new AbortController().signal;

function makePacer(options: Omit<PacerOptions, 'clock'>): { clock: ManualClock; pacer: RatePacer } {
  const clock = new ManualClock();
  return { clock, pacer: new RatePacer({ clock, ...options }) };
}

/** Downloads without end; `taken` is what it was allowed so far. */
function download(pacer: RatePacer, isLocal = false): { taken: number } {
  const progress = { taken: 0 };
  const pace = new DownloadPace(pacer, infoHash, isLocal);
  const go = async (): Promise<void> => {
    while (progress.taken < 100 * MEBIBYTE) {
      await pace.take(MEBIBYTE / 4, never);
      progress.taken += MEBIBYTE / 4;
    }
  };
  void go(); // ends with the test: nobody moves its clock any more
  return progress;
}

async function pass(clock: ManualClock, seconds: number): Promise<void> {
  for (let step = 0; step < seconds * 100; step++) {
    clock.advance(10);
    await new Promise(setImmediate); // what was allowed goes on in promises
  }
}

describe('a download over HTTP', () => {
  it('is held within the limit of the node, and two have equal shares of it', async () => {
    const { clock, pacer } = makePacer({ limits: { node: MEBIBYTE } });
    const [one, two] = [download(pacer), download(pacer)];
    await pass(clock, 20);
    const taken = one.taken + two.taken;
    assert.ok(taken > 18 * MEBIBYTE && taken < 22 * MEBIBYTE, `${taken / MEBIBYTE} MiB in 20 s`);
    assert.ok(Math.abs(one.taken - two.taken) <= MEBIBYTE, `${one.taken} and ${two.taken}`);
  });

  it('is not held where there is no limit, nor on the local network', async () => {
    const free = makePacer({});
    const limited = makePacer({ limits: { node: MEBIBYTE } });
    const all = [download(free.pacer), download(limited.pacer, true)];
    await new Promise(setImmediate);
    assert.deepEqual(
      all.map(({ taken }) => taken),
      [100 * MEBIBYTE, 100 * MEBIBYTE],
    );
  });

  it('ends its waiting when it is given up, and leaves its turn to others', async () => {
    const { clock, pacer } = makePacer({ limits: { node: MEBIBYTE } });
    const pace = new DownloadPace(pacer, infoHash, false);
    const control = new AbortController();
    const waiting = pace.take(50 * MEBIBYTE, control.signal);
    control.abort(new Error('gone'));
    await assert.rejects(waiting, /gone/);
    pace.close();
    assert.equal(pacer.waitingCount, 0);
    const other = download(pacer);
    await pass(clock, 10);
    assert.ok(other.taken > 8 * MEBIBYTE);
  });
});
