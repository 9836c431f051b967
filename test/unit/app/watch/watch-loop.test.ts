import assert from 'node:assert/strict';
import { it } from 'node:test';
import { pino } from 'pino';
import { WatchLoop } from '../../../../src/app/watch/watch-loop.ts';
import { eventually } from '../../../support/eventually.ts';
import { ManualClock } from '../../../support/seeder-clock.ts';

function setUp(look: (signal: AbortSignal, nth: number) => Promise<void>) {
  const clock = new ManualClock();
  const logged: string[] = [];
  let looks = 0;
  const loop = new WatchLoop({
    folder: '/srv/out',
    intervalMs: 5000,
    clock,
    look: (signal) => look(signal, ++looks),
    settled: () => Promise.resolve(),
    logger: pino(
      { level: 'info' },
      { write: (line: string) => void logged.push((JSON.parse(line) as { msg: string }).msg) },
    ),
  });
  const isDue = (): Promise<boolean> =>
    eventually('the next look to be due', () => clock.pendingMs.length === 1);
  return { clock, loop, logged, isDue, looks: () => looks };
}

it('trouble is told of once, and its end', async () => {
  const { clock, loop, logged, isDue, looks } = setUp(async (_signal, nth) => {
    if (nth < 4) throw new Error('no such folder');
  });
  loop.start();
  for (let nth = 1; nth <= 5; nth++) {
    await isDue();
    assert.equal(looks(), nth);
    clock.advance(5000);
  }
  await loop.stop();
  assert.deepEqual(logged, [
    'a watched folder cannot be looked after now; it is tried again',
    'the watched folder is looked after again',
  ]);
});

it('looking takes a tenth of the time at most', async () => {
  const { clock, loop, isDue } = setUp(async () => clock.advance(3000));
  loop.start();
  await isDue();
  assert.deepEqual(clock.pendingMs, [30_000]);
  await loop.stop();
});

it('stopping gives up what is under way, tells nothing, and leaves no timer', async () => {
  const { clock, loop, logged } = setUp(
    (signal) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  );
  loop.start();
  await loop.stop();
  await loop.stop();
  assert.deepEqual([clock.pendingMs, logged], [[], []]);
});
