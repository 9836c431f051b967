import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { CHOKING_ORDERS, type ChokingOrder } from '../../../../src/seeder/choking/choking-order.ts';
import { cleanup } from '../../../support/scope.ts';
import { type SimulatedLeecher, Simulation } from '../../../support/simulated-leechers.ts';

const REAL = 40;
const LINE = 200_000;
/** Seconds between two rounds. */
const ROUND = 10;

function simulate(t: TestContext, uploadSlots: number, choking?: ChokingOrder): Simulation {
  const simulation = new Simulation({ uploadSlots, limit: null, ...(choking && { choking }) });
  cleanup(t, () => simulation.stop());
  return simulation;
}

/** Seconds from now, which was `sinceMs`, to the first slot of the one that had to wait longest. */
function longestWait(leechers: readonly SimulatedLeecher[], sinceMs: number): number {
  const waits = leechers.map(
    ({ firstServedAtMs }) => (firstServedAtMs ?? Number.POSITIVE_INFINITY) - sinceMs,
  );
  return Math.max(...waits) / 1000;
}

function assertFair(leechers: readonly SimulatedLeecher[]): void {
  const got = leechers.map(({ uploadedBytes }) => uploadedBytes);
  const [least, most] = [Math.min(...got), Math.max(...got)];
  assert.ok(least >= 0.8 * most, `from ${least} to ${most} bytes`);
}

const sum = (leechers: readonly SimulatedLeecher[]): number =>
  leechers.reduce((all, { uploadedBytes }) => all + uploadedBytes, 0);

for (const choking of CHOKING_ORDERS)
  for (const idle of [300, 1900])
    test(`${choking}: ${idle} who ask for nothing keep 40 leechers waiting for one round, and cost them nothing`, (t) => {
      const simulation = simulate(t, 100, choking);
      simulation.join(idle, { lineBytesPerSecond: 0 });
      const sinceMs = simulation.clock.nowMs();
      const leechers = simulation.join(REAL, { lineBytesPerSecond: LINE });
      simulation.pass(1200, () => assert.ok(simulation.unchokedCount <= 100));
      assert.ok(longestWait(leechers, sinceMs) <= ROUND, `${longestWait(leechers, sinceMs)} s`);
      assertFair(leechers);
      assert.ok(sum(leechers) >= 0.95 * 1200 * REAL * LINE, `${sum(leechers)} bytes`);
    });

for (const choking of CHOKING_ORDERS)
  test(`${choking}: whoever comes later than 1900 who ask for nothing is served within one round, whenever`, (t) => {
    const simulation = simulate(t, 100, choking);
    simulation.join(1900, { lineBytesPerSecond: 0 });
    const waits: number[] = [];
    for (let count = 0; count < 30; count++) {
      simulation.pass(37);
      const sinceMs = simulation.clock.nowMs();
      const late = simulation.join(1, { lineBytesPerSecond: LINE });
      simulation.pass(ROUND);
      waits.push(longestWait(late, sinceMs));
    }
    assert.ok(Math.max(...waits) <= ROUND, `seconds: ${waits.join(' ')}`);
  });

test('40 leechers that share 20 slots get within 20 % of each other, and fill the slots, whatever 300 others hold', (t) => {
  const simulation = simulate(t, 20);
  simulation.join(300, { lineBytesPerSecond: 0 });
  const sinceMs = simulation.clock.nowMs();
  const leechers = simulation.join(REAL, { lineBytesPerSecond: LINE });
  simulation.pass(3600);
  assert.ok(longestWait(leechers, sinceMs) <= 15 * ROUND, `${longestWait(leechers, sinceMs)} s`);
  assertFair(leechers);
  assert.ok(sum(leechers) >= 0.85 * 3600 * 20 * LINE, `${sum(leechers)} bytes`);
});

test('who asks for a block now and then keeps no more slots from the others than who asks for none', (t) => {
  const simulation = simulate(t, 100);
  simulation.join(300, { lineBytesPerSecond: LINE, pauseSeconds: 14 });
  const leechers = simulation.join(REAL, { lineBytesPerSecond: LINE });
  simulation.pass(1200);
  assertFair(leechers);
  assert.ok(sum(leechers) >= 0.9 * 1200 * REAL * LINE, `${sum(leechers)} bytes`);
});

test('a line of 4 KB/s is no reason to lose a slot to those who ask for nothing', (t) => {
  const simulation = simulate(t, 10);
  const slow = simulation.join(5, { lineBytesPerSecond: 4_096 });
  simulation.join(100, { lineBytesPerSecond: 0 });
  simulation.pass(1200);
  assert.ok(Math.min(...slow.map(({ servedMs }) => servedMs)) >= 0.9 * 1_200_000);
});

test('who has a slot that nobody else wants keeps it, though he asks for nothing', (t) => {
  const simulation = simulate(t, 100);
  const idle = simulation.join(60, { lineBytesPerSecond: 0 });
  simulation.join(REAL, { lineBytesPerSecond: LINE });
  simulation.pass(600);
  assert.equal(simulation.unchokedCount, 100);
  assert.ok(idle.every(({ chokes }) => chokes === 0));
});

test('a leecher that was silent for long is served again in the end', (t) => {
  const simulation = simulate(t, 100);
  const [silent] = simulation.join(1, { lineBytesPerSecond: LINE, silentSeconds: 900 });
  simulation.join(300, { lineBytesPerSecond: 0 });
  simulation.join(70, { lineBytesPerSecond: LINE });
  simulation.pass(900);
  assert.equal(silent?.uploadedBytes, 0);
  simulation.pass(1000);
  const got = silent?.uploadedBytes ?? 0;
  assert.ok(got > 0, `${got} bytes`);
});
