import assert from 'node:assert/strict';
import { test } from 'node:test';
import { infoHashFromBytes } from '../../../../src/bittorrent/info-hash.ts';
import { TrackerTiers } from '../../../../src/seeder/announcer/tracker-tiers.ts';

const infoHash = infoHashFromBytes(new Uint8Array(20));
const tiers = [['a', 'b', 'c', 'd'], ['e', 'a'], ['f']];

function order(trackers: TrackerTiers): string {
  return trackers
    .all()
    .map(({ url }) => url)
    .join('');
}

test('shuffles within a tier, never across, and names nobody twice', () => {
  const seen = new Set<string>();
  for (let i = 0; i < 200; i++) seen.add(order(new TrackerTiers(tiers, Math.random, infoHash)));
  assert.ok(seen.size > 12, `${seen.size} orders of 24`);
  for (const text of seen) assert.match(text, /^[abcd]{4}ef$/);
});

test('a tracker that worked is tried first in its tier (BEP 12)', () => {
  const trackers = new TrackerTiers(tiers, () => 0.999, infoHash);
  assert.equal(order(trackers), 'abcdef');
  const third = trackers.all()[2];
  assert.ok(third !== undefined);
  trackers.promote(third);
  assert.equal(order(trackers), 'cabdef');
  trackers.promote(third);
  assert.equal(order(trackers), 'cabdef');
});
