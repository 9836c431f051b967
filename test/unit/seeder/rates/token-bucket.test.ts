import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TokenBucket } from '../../../../src/seeder/rates/token-bucket.ts';

const BLOCK = 16_384;

/** Takes all that the bucket gives, by looks that are so far apart; the bytes. */
function drain(bucket: TokenBucket, fromMs: number, toMs: number, stepMs: number): number {
  let taken = 0;
  for (let now = fromMs; now <= toMs; now += stepMs)
    while (bucket.hasTokens(now)) {
      bucket.take(BLOCK);
      taken += BLOCK;
    }
  return taken;
}

test('begins empty, and says when something may pass', () => {
  const bucket = new TokenBucket(1000, 5);
  assert.equal(bucket.hasTokens(5), false);
  assert.equal(bucket.waitMs, 1);
  assert.equal(bucket.hasTokens(6), true);
  assert.equal(bucket.waitMs, 0);
});

test('lets a block pass that is larger than what it holds, and has it paid for', () => {
  const bucket = new TokenBucket(1000, 0);
  assert.ok(bucket.hasTokens(10));
  bucket.take(16_000);
  assert.equal(bucket.hasTokens(20), false);
  assert.ok(bucket.waitMs > 15_900 && bucket.waitMs < 16_000, `${bucket.waitMs}`);
  assert.ok(bucket.hasTokens(20 + bucket.waitMs));
});

test('after a silence of an hour lets a tenth of a second pass at once', () => {
  const bucket = new TokenBucket(1_000_000, 0);
  drain(bucket, 0, 1000, 10);
  assert.ok(bucket.hasTokens(2000)); // nobody waits any more
  const taken = drain(bucket, 3_600_000, 3_600_000, 1);
  assert.ok(taken >= 100_000 && taken < 100_000 + BLOCK, `${taken}`);
});

test('a wake-up that comes late loses nothing for those who wait', () => {
  const bucket = new TokenBucket(1_000_000, 0);
  const taken = drain(bucket, 0, 10_000, 500);
  assert.ok(Math.abs(taken - 10_000_000) <= BLOCK, `${taken}`);
});

test('another rate holds at once, and what was saved up is cut', () => {
  const bucket = new TokenBucket(10_000_000, 0);
  assert.ok(bucket.hasTokens(1000));
  bucket.setRate(100_000, 1000);
  const taken = drain(bucket, 1000, 11_000, 10);
  assert.ok(Math.abs(taken - 1_000_000) <= 0.1 * 100_000 + BLOCK, `${taken}`);
});

test('any rate is held, however the looks at it fall', () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 20, maxLength: 200 });
  fc.assert(
    fc.property(fc.integer({ min: 1024, max: 20_000_000 }), gaps, (rate, gapsMs) => {
      const bucket = new TokenBucket(rate, 0);
      let now = 0;
      let taken = drain(bucket, 0, 0, 1); // somebody waits from the beginning
      for (const gap of gapsMs) {
        now += gap;
        taken += drain(bucket, now, now, 1);
      }
      const due = (rate * now) / 1000;
      assert.ok(taken < due + BLOCK + 1, `${taken} of ${due}`);
      assert.ok(taken >= due - 1, `${taken} of ${due}`);
    }),
  );
});
