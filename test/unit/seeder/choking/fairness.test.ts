import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Simulation } from '../../../support/simulated-leechers.ts';

const LEECHERS = 50;

/** What 50 leechers with equal lines get in an hour, with few slots. */
function hour(limit: number | null, uploadSlots: number, lineBytesPerSecond: number): number[] {
  const simulation = new Simulation({ uploadSlots, limit });
  const leechers = simulation.join(LEECHERS, { lineBytesPerSecond });
  simulation.pass(3600);
  simulation.stop();
  return leechers.map(({ uploadedBytes }) => uploadedBytes);
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
