import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PeersFirst } from '../../../../../src/seeder/download/web-source/peers-first.ts';

/** What it says each second while the rates stay as they are. */
function during(rule: PeersFirst, fromSecond: number, seconds: number, peers: number, sources: number) {
  return Array.from({ length: seconds }, (_, at) =>
    rule.isResting(1000 * (fromSecond + at), { peers, sources }),
  );
}

test('web seeds rest once peers have brought as much for ten seconds', () => {
  const rule = new PeersFirst();
  assert.deepEqual(new Set(during(rule, 0, 30, 99, 100)), new Set([false]));
  assert.deepEqual(during(rule, 30, 12, 100, 100), [...Array(10).fill(false), true, true]);
});

test('web seeds are asked again once peers have brought less than half of it for ten seconds', () => {
  const rule = new PeersFirst();
  during(rule, 0, 12, 120, 100);
  assert.deepEqual(new Set(during(rule, 12, 30, 50, 0)), new Set([true]));
  assert.deepEqual(during(rule, 42, 11, 49, 0), [...Array(10).fill(true), false]);
});

test('a moment changes nothing', () => {
  const rule = new PeersFirst();
  during(rule, 0, 9, 200, 100);
  assert.equal(rule.isResting(9_000, { peers: 10, sources: 100 }), false);
  assert.deepEqual(new Set(during(rule, 10, 10, 200, 100)), new Set([false]));
});

test('web seeds that give nothing are not what peers are measured by', () => {
  assert.deepEqual(new Set(during(new PeersFirst(), 0, 60, 500, 0)), new Set([false]));
});
