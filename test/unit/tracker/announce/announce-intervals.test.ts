import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type AnnounceIntervalOptions,
  AnnounceIntervals,
} from '../../../../src/tracker/announce/announce-intervals.ts';

const intervals = (changes: Partial<AnnounceIntervalOptions> = {}): AnnounceIntervals =>
  new AnnounceIntervals({
    intervalSeconds: 1800,
    minIntervalSeconds: 300,
    maxIntervalSeconds: 10_800,
    random: () => 0.5,
    ...changes,
  });

const OLD = 1e6;

describe('the announce interval', () => {
  it('is the usual one in an old swarm and in a large one, a tenth more or less', () => {
    for (const [chance, told] of [
      [0, 1620],
      [0.5, 1800],
      [0.999999, 1980],
    ] as const) {
      assert.equal(intervals({ random: () => chance }).draw(OLD, 1), told);
      assert.equal(intervals({ random: () => chance }).draw(0, 50), told);
    }
  });

  it('is the shortest in a swarm that has just come to be, and grows with its age and its size', () => {
    const told = intervals();
    assert.equal(told.draw(0, 0), 315);
    assert.equal(told.draw(400, 1), 400);
    assert.equal(told.draw(900, 1), 900);
    assert.equal(told.draw(0, 25), 900);
    assert.equal(told.draw(4000, 1), 1800);
  });

  it('grows under load, in young swarms too, and never beyond the longest', () => {
    const told = intervals();
    told.stretchTo(2);
    assert.equal(told.draw(OLD, 1), 3600);
    assert.equal(told.draw(0, 0), 600);
    told.stretchTo(1e9);
    assert.equal(told.stretch, 6);
    assert.ok(told.draw(OLD, 1) <= 10_800);
    assert.equal(told.draw(0, 0), 1800);
    told.stretchTo(0);
    assert.equal(told.draw(OLD, 1), 1800);
  });

  it('keeps to a usual interval that lies outside the bounds', () => {
    assert.equal(intervals({ intervalSeconds: 100 }).draw(OLD, 1), 105);
    assert.equal(intervals({ intervalSeconds: 20_000 }).draw(OLD, 1), 19_000);
  });

  it('stands beside a smaller minimum, which is no shorter than the shortest interval', () => {
    assert.equal(intervals().minimumBeside(1800), 900);
    assert.equal(intervals().minimumBeside(330), 300);
    assert.equal(intervals().minimumBeside(300), 299);
    assert.equal(intervals({ intervalSeconds: 1 }).minimumBeside(1), 1);
  });
});
