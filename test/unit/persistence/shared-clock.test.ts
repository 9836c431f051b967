import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SharedClock } from '../../../src/persistence/nodes/shared-clock.ts';

/** A database and a machine whose clocks the test sets; a reading takes `tripMs` each way. */
function makeClocks() {
  const state = { databaseMs: 5_000_000, ownMs: 1_000_000, monotonicMs: 77, tripMs: 0 };
  const pass = (ms: number): void => {
    state.databaseMs += ms;
    state.ownMs += ms;
    state.monotonicMs += ms;
  };
  const clock = new SharedClock({
    async readClock() {
      pass(state.tripMs);
      const reading = state.databaseMs;
      pass(state.tripMs);
      return reading;
    },
    monotonicMs: () => state.monotonicMs,
    ownMs: () => state.ownMs,
  });
  return { state, pass, clock };
}

describe('the clock that nodes share', () => {
  it('is the own one before the first reading, and that of the database afterwards', async () => {
    const { clock, pass } = makeClocks();
    assert.equal(clock.nowMs(), 1_000_000);
    await clock.measure();
    assert.equal(clock.nowMs(), 5_000_000);
    pass(1_500);
    assert.equal(clock.nowMs(), 5_001_500);
    assert.equal(clock.nowSeconds(), 5_001);
    assert.equal(clock.ownClockAheadMs, -4_000_000);
  });

  it('takes the middle of the question and the answer', async () => {
    const { clock, state } = makeClocks();
    state.tripMs = 400;
    await clock.measure();
    assert.equal(clock.nowMs(), state.databaseMs);
  });

  it('goes on when the own clock is set', async () => {
    const { clock, state, pass } = makeClocks();
    await clock.measure();
    state.ownMs += 3_600_000;
    pass(10);
    assert.equal(clock.nowMs(), 5_000_010);
  });

  it('follows the database when its clock is set, and does not tremble with every reading', async () => {
    const { clock, state } = makeClocks();
    await clock.measure();
    state.databaseMs += 10;
    await clock.measure();
    assert.equal(clock.nowMs(), 5_000_000);
    state.databaseMs += 90_000;
    await clock.measure();
    assert.equal(clock.nowMs(), 5_090_010);
  });

  it('does not believe a reading that took long when it has a better one', async () => {
    const { clock, state } = makeClocks();
    await clock.measure();
    const wanted = clock.nowMs() - state.monotonicMs;
    state.tripMs = 1_500;
    state.databaseMs += 700;
    await clock.measure();
    assert.equal(clock.nowMs() - state.monotonicMs, wanted);
  });

  it('stays as it is when the database does not answer', async () => {
    const clock = new SharedClock({
      readClock: () => Promise.reject(new Error('away')),
      monotonicMs: () => 0,
      ownMs: () => 9,
    });
    await assert.rejects(clock.measure(), /away/);
    assert.equal(clock.nowMs(), 9);
  });
});
