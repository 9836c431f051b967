import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FloodGuard } from '../../../../src/seeder/wire/flood-guard.ts';

test('a peer may lose a whole disk, and some more', () => {
  const guard = new FloodGuard();
  for (let losses = 0; losses < 5000 + 1000; losses++) assert.equal(guard.lost(5000), false);
  assert.equal(guard.lost(5000), true);
});

test('and again, when it has given a block since', () => {
  const guard = new FloodGuard();
  for (let losses = 0; losses < 1010; losses++) guard.lost(10);
  guard.gave();
  assert.equal(guard.lost(10), false);
});
