import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import {
  type MetadataTask,
  MetadataTurns,
  type TurnOptions,
} from '../../../../src/seeder/metadata/metadata-turns.ts';
import { ManualClock } from '../../../support/seeder-clock.ts';

/** A fetch that finds nothing, and counts the turns that it had. */
function deadTask(): {
  task: MetadataTask<never>;
  turns: number;
  isRunning: boolean;
  progressed: () => void;
} {
  const dead = {
    turns: 0,
    isRunning: false,
    progressed: (): void => {},
    task: async ({ signal, progressed }: Parameters<MetadataTask<never>>[0]): Promise<never> => {
      dead.turns++;
      dead.isRunning = true;
      dead.progressed = progressed;
      const over = Promise.withResolvers<never>();
      signal.addEventListener('abort', () => over.reject(signal.reason));
      return over.promise.finally(() => {
        dead.isRunning = false;
      });
    },
  };
  return dead;
}

function options(maxRunningMs = 600_000): TurnOptions {
  return { signal: new AbortController().signal, maxRunningMs };
}

/** Moves on second by second, so that whoever is woken can begin. */
async function pass(clock: ManualClock, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    clock.advance(1000);
    await setImmediate();
  }
}

test('four fetches run at a time, and who gives up while it waits takes no turn', async () => {
  const turns = new MetadataTurns(new ManualClock());
  const held = Array.from({ length: 4 }, () => Promise.withResolvers<void>());
  const running = held.map(({ promise }) => turns.run(() => promise, options()));
  const impatient = new AbortController();
  const givenUp = turns.run(() => Promise.resolve(), { ...options(), signal: impatient.signal });
  let hasStarted = false;
  const last = turns.run(async () => {
    hasStarted = true;
  }, options());
  impatient.abort();
  await assert.rejects(givenUp, { name: 'AbortError' });
  assert.equal(hasStarted, false);
  held[0]?.resolve();
  await last;
  for (const { resolve } of held) resolve();
  await Promise.all(running);
  await turns.run(() => Promise.resolve(), options());
});

test('eight dead links keep a ninth waiting for one round, and then each of them runs on where it was', async () => {
  const clock = new ManualClock();
  const turns = new MetadataTurns(clock);
  const dead = Array.from({ length: 8 }, () => deadTask());
  const ends = dead.map(({ task }) => turns.run(task, options()).catch((error: unknown) => error));
  let isDone = false;
  const live = turns.run(async () => {
    isDone = true;
    return 'metadata';
  }, options());
  await pass(clock, 59);
  assert.equal(isDone, false, 'two others were before it');
  await pass(clock, 3);
  assert.equal(await live, 'metadata');
  await pass(clock, 60);
  assert.ok(dead.every(({ turns: count }) => count >= 2));
  assert.equal(dead.filter(({ isRunning }) => isRunning).length, 4);
  await pass(clock, 8 * 600);
  for (const end of await Promise.all(ends)) assert.match(String(end), /within 10 minutes/);
});

test('each link has ten minutes of its own turns, whatever it waited', async () => {
  const clock = new ManualClock();
  const turns = new MetadataTurns(clock);
  const dead = Array.from({ length: 8 }, () => deadTask());
  const codes: unknown[] = [];
  for (const { task } of dead)
    turns.run(task, options()).catch(({ code }: { code: unknown }) => codes.push(code));
  await pass(clock, 19 * 60);
  assert.deepEqual(codes, [], 'two of them share a place');
  await pass(clock, 2 * 60);
  assert.deepEqual(codes, Array(8).fill('ERR_NO_METADATA'));
});

test('a link that is alone ends after ten minutes, and one without a bound does not', async () => {
  const clock = new ManualClock();
  const turns = new MetadataTurns(clock);
  const [bound, free] = [deadTask(), deadTask()];
  const end = turns.run(bound.task, options()).catch((error: unknown) => error);
  const over = new AbortController();
  const freeEnd = turns.run(free.task, { signal: over.signal, maxRunningMs: Number.POSITIVE_INFINITY });
  await pass(clock, 599);
  assert.equal(bound.isRunning, true);
  await pass(clock, 2);
  assert.match(String(await end), /no peer gave the metadata of the magnet link.*within 10 minutes/);
  await pass(clock, 3600);
  assert.deepEqual([free.turns, free.isRunning], [1, true], 'nobody waits for its place');
  over.abort(new Error('not wanted'));
  await assert.rejects(freeEnd, { message: 'not wanted' });
});

test('a fetch to which something comes keeps its turn for five minutes, and only as many end as others wait', async () => {
  const clock = new ManualClock();
  const turns = new MetadataTurns(clock);
  const busy = Array.from({ length: 4 }, () => deadTask());
  for (const { task } of busy) turns.run(task, options()).catch(() => {}); // nobody waits for its end
  const late = deadTask();
  turns.run(late.task, options()).catch(() => {}); // see above
  for (let half = 0; half < 14; half++) {
    await pass(clock, 20);
    for (const { isRunning, progressed } of busy) if (isRunning) progressed();
  }
  assert.equal(late.turns, 0);
  await pass(clock, 21);
  assert.equal(late.turns, 1);
  assert.equal(busy.filter(({ isRunning }) => isRunning).length, 3);
});

test('a new link waits for no round of those that had a turn', async () => {
  const clock = new ManualClock();
  const turns = new MetadataTurns(clock);
  const over = new AbortController();
  const dead = Array.from({ length: 40 }, () => deadTask());
  const endless = { signal: over.signal, maxRunningMs: Number.POSITIVE_INFINITY };
  for (const { task } of dead) turns.run(task, endless).catch(() => {}); // nobody waits for its end
  await pass(clock, 10 * 31 + 10);
  assert.ok(dead.every(({ turns: count }) => count >= 1));
  const live = turns.run(async () => 'metadata', options());
  await pass(clock, 31);
  assert.equal(await live, 'metadata');
  over.abort();
});
