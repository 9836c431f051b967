import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { infoHashFromHex, infoHashToHex } from '../../../src/bittorrent/info-hash.ts';
import { ScrubPosition } from '../../../src/seeder/integrity/scrub-position.ts';
import type { Torrent } from '../../../src/seeder/torrent.ts';

/** Torrents with so many pieces each. */
function torrentsOf(pieceCounts: readonly number[]): Map<string, Torrent> {
  return new Map(
    pieceCounts.map((pieceCount, index) => {
      const infoHash = infoHashFromHex(index.toString(16).padStart(40, '0'));
      return [infoHashToHex(infoHash), { infoHash, pieceCount } as Torrent]; // what a position looks at
    }),
  );
}

/** All that a round looks at from the position on. */
function restOfRound(position: ScrubPosition): string[] {
  const { rounds } = position;
  const seen: string[] = [];
  for (let steps = 0; position.rounds === rounds && steps < 10_000; steps++) {
    const next = position.next(() => true);
    if (next !== undefined) seen.push(`${infoHashToHex(next.torrent.infoHash)} ${next.piece}`);
  }
  return seen;
}

const counts = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 100 });

test('a round looks at every piece once, in order, also when it goes on after a restart', () => {
  fc.assert(
    fc.property(counts, fc.nat(400), (pieceCounts, stopAfter) => {
      const torrents = torrentsOf(pieceCounts);
      const all = [...torrents].flatMap(([name, { pieceCount }]) =>
        Array.from({ length: pieceCount }, (_none, piece) => `${name} ${piece}`),
      );
      const first = new ScrubPosition(() => torrents.values(), undefined);
      const seen: string[] = [];
      for (let steps = 0; seen.length < Math.min(stopAfter, all.length) && steps < 10_000; steps++) {
        const next = first.next(() => true);
        if (next !== undefined) seen.push(`${infoHashToHex(next.torrent.infoHash)} ${next.piece}`);
      }
      if (all.length === 0) return;
      const second = new ScrubPosition(() => torrents.values(), first.text);
      assert.deepEqual([...seen, ...restOfRound(second)], all);
      assert.deepEqual(restOfRound(second), all);
    }),
  );
});

test('any text is a position, or none', () => {
  const torrents = torrentsOf([3, 2]);
  const number = fc.oneof(fc.integer(), fc.double(), fc.string(), fc.constant(null));
  const text = fc.oneof(
    fc.string(),
    fc.json(),
    fc.record({ infoHash: fc.string(), piece: number, rounds: number }).map((value) => JSON.stringify(value)),
  );
  fc.assert(
    fc.property(text, (position) => {
      const seen = restOfRound(new ScrubPosition(() => torrents.values(), position));
      assert.equal(seen.length, 5);
    }),
  );
});

test('a torrent that is gone means a round from the beginning', () => {
  const position = new ScrubPosition(
    () => torrentsOf([2]).values(),
    JSON.stringify({ infoHash: 'f'.repeat(40), piece: 1, rounds: 7 }),
  );
  assert.equal(restOfRound(position).length, 2);
  assert.equal(position.rounds, 8);
});

test('a step passes over few torrents that are not wanted, and the next goes on there', () => {
  const position = new ScrubPosition(() => torrentsOf(Array(1000).fill(1)).values(), undefined);
  let asked = 0;
  const next = position.next(() => {
    asked++;
    return false;
  });
  assert.equal(next, undefined);
  assert.ok(asked <= 64);
});
