import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryBudget } from '../../../../src/seeder/download/memory-budget.ts';

test('whoever holds nothing gets one piece above the bound, and no more', () => {
  const budget = new MemoryBudget(100);
  const [one, other] = [budget.share(), budget.share()];
  assert.deepEqual([one.take(60), one.take(60)], [true, false]);
  assert.deepEqual([other.take(60), other.take(60)], [true, false]);
  assert.equal(budget.usedBytes, 120);
  one.giveBack(60);
  assert.deepEqual([other.take(40), other.take(1)], [true, false]);
  assert.equal(budget.usedBytes, 100);
});
