import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FastOffers } from '../../../../src/seeder/wire/fast-offers.ts';

test('no more pieces are allowed than a few, each once', () => {
  const offers = new FastOffers();
  assert.ok(offers.allow(1));
  assert.equal(offers.allow(1), false);
  for (let piece = 2; piece < 1000; piece++) offers.allow(piece);
  assert.equal(offers.allowed.size, 64);
  offers.refused(1);
  assert.equal(offers.allowed.has(1), false);
});

test('the latest suggestions come first, and the oldest are forgotten', () => {
  const offers = new FastOffers();
  for (let piece = 0; piece < 1000; piece++) offers.suggest(piece);
  offers.suggest(998);
  assert.equal(offers.suggested.length, 16);
  assert.deepEqual(offers.suggested.slice(0, 3), [998, 999, 997]);
});
