import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pace } from '../../../../src/seeder/hashes/pace.ts';
import { ManualClock } from '../../../support/seeder-clock.ts';

test('tasks run at once until a mebibyte is done, then rest, in their order', () => {
  const clock = new ManualClock();
  const pace = new Pace(clock);
  const done: number[] = [];
  for (let task = 0; task < 10; task++) pace.run(512 * 1024, () => done.push(task));
  assert.deepEqual(done, [0, 1]);
  clock.advance(7);
  assert.equal(done.length, 2);
  clock.advance(1);
  assert.deepEqual(done, [0, 1, 2, 3]);
  clock.advance(1000);
  assert.deepEqual(done, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  pace.run(1, () => done.push(10));
  assert.equal(done.length, 11, 'nothing is due after a rest');
});
