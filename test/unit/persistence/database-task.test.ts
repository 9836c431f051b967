import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DatabaseTask } from '../../../src/persistence/nodes/database-task.ts';
import { ManualClock } from './manual-clock.ts';

type Round = () => Promise<boolean>;

/** A task whose rounds the test writes. */
function makeTask(first: Round) {
  const clock = new ManualClock();
  const lines: string[] = [];
  const write = (...line: unknown[]) => void lines.push(String(line[1]));
  const state = { round: first, rounds: 0 };
  const task = new DatabaseTask({
    run: () => {
      state.rounds++;
      return state.round();
    },
    intervalMs: 500,
    maxBackoffMs: 5_000,
    timeoutMs: 10_000,
    logger: { warn: write, info: write },
    failing: 'it fails',
    recovered: 'it works again',
    clock,
  });
  /** Lets time pass in small steps, and promises settle. */
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 50) {
      clock.advance(50);
      for (let i = 0; i < 10; i++) await Promise.resolve();
    }
  };
  return { task, state, lines, pass, clock };
}

describe('something that is done with the database again and again', () => {
  it('is done at intervals, and at once when there is more', async () => {
    const { task, state, pass } = makeTask(async () => false);
    task.start();
    await pass(2_500);
    assert.ok(state.rounds >= 4 && state.rounds <= 6, `${state.rounds} rounds`);
    const before = state.rounds;
    state.round = async () => true;
    await pass(1_000);
    assert.ok(state.rounds > before + 8, `${state.rounds - before} rounds`);
    await task.stop();
  });

  it('tries again with growing pauses while it fails, with one line in the log, and one when it works again', async () => {
    const { task, state, lines, pass, clock } = makeTask(() => Promise.reject(new Error('away')));
    task.start();
    await pass(60_000);
    assert.deepEqual(lines, ['it fails']);
    assert.ok(state.rounds >= 10 && state.rounds <= 40, `${state.rounds} rounds`);
    assert.ok((task.failingSinceMs ?? 0) < clock.now() - 59_000);
    state.round = async () => false;
    await pass(6_000);
    assert.deepEqual(lines, ['it fails', 'it works again']);
    assert.equal(task.failingSinceMs, undefined);
    assert.ok((task.lastSuccessMs ?? 0) > clock.now() - 1_000);
    await task.stop();
  });

  it('begins no second round while one hangs, and goes on when that one ends', async () => {
    let release = (_: boolean) => {};
    const { task, state, lines, pass } = makeTask(
      () =>
        new Promise((resolve) => {
          release = resolve;
        }),
    );
    task.start();
    await pass(60_000);
    assert.equal(state.rounds, 1);
    assert.deepEqual(lines, ['it fails']);
    state.round = async () => false;
    release(false);
    await pass(12_000);
    assert.ok(state.rounds > 1);
    assert.deepEqual(lines, ['it fails', 'it works again']);
    await task.stop();
  });

  it('ends although a round hangs, and does not begin again', async () => {
    const { task, state, pass } = makeTask(() => new Promise(() => {}));
    task.start();
    await pass(100);
    const stopped = task.stop(1_000);
    await pass(1_100);
    await stopped;
    task.start();
    await pass(60_000);
    assert.equal(state.rounds, 1);
  });
});
