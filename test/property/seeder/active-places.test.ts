import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { ActivePlaces } from '../../../src/seeder/queue/active-places.ts';
import { Deadlines } from '../../../src/seeder/queue/deadlines.ts';

interface Item {
  readonly id: number;
  rank: number;
}

type Step = readonly [
  act: 'enter' | 'leave' | 'stall' | 'unstall' | 'maximum' | 'rank',
  id: number,
  value: number,
];

const steps = fc.array(
  fc.tuple(
    fc.constantFrom('enter', 'enter', 'leave', 'stall', 'unstall', 'maximum', 'rank'),
    fc.nat(9),
    fc.nat(4),
  ) as fc.Arbitrary<Step>,
  { maxLength: 60 },
);

const compare = (a: Item, b: Item): number => a.rank - b.rank || a.id - b.id;

it('whatever happens, those who run without having stalled stand before those who wait, and nobody waits for a free place', () => {
  fc.assert(
    fc.property(steps, (acts) => {
      const items = Array.from({ length: 10 }, (_none, id): Item => ({ id, rank: 2 }));
      const runs = new Set<Item>();
      const waits = new Set<Item>();
      const stalled = new Set<Item>();
      const places = new ActivePlaces<Item>(3, compare, {
        onStart: (item) => {
          waits.delete(item);
          runs.add(item);
        },
        onWait: (item) => {
          runs.delete(item);
          waits.add(item);
        },
      });
      for (const [act, id, value] of acts) {
        const item = items[id] as Item;
        if (act === 'enter') places.enter(item);
        if (act === 'leave') {
          places.leave(item);
          for (const set of [runs, waits, stalled]) set.delete(item);
        }
        if (act === 'stall' && runs.has(item)) {
          places.stall(item);
          stalled.add(item);
        }
        if (act === 'unstall' && places.unstall(item)) stalled.delete(item);
        if (act === 'maximum') places.setMaximum(value + 1);
        if (act === 'rank')
          places.reorder(item, () => {
            item.rank = value;
          });
        const counted = [...runs].filter((other) => !stalled.has(other));
        assert.deepEqual(
          [places.running, places.stalled, places.waiting],
          [counted.length, stalled.size, waits.size],
        );
        if (waits.size > 0) assert.ok(counted.length >= places.maximum, 'a free place is taken at once');
        if (counted.length > places.maximum) continue; // who stalled moves again: nobody is stopped for that
        for (const waiting of waits)
          for (const running of counted) assert.ok(compare(running, waiting) < 0, 'they are in turn');
      }
    }),
    { numRuns: 2000 },
  );
});

it('deadlines come in their order, the last one set for each', () => {
  const sets = fc.array(fc.tuple(fc.nat(20), fc.nat(100)), { maxLength: 200 });
  fc.assert(
    fc.property(sets, fc.nat(100), (entries, nowMs) => {
      const deadlines = new Deadlines<number>();
      const model = new Map<number, number>();
      for (const [item, atMs] of entries) {
        if (atMs % 7 === 0) deadlines.delete(item);
        else deadlines.set(item, atMs);
        if (atMs % 7 === 0) model.delete(item);
        else model.set(item, atMs);
      }
      const taken: number[] = [];
      for (let item = deadlines.takeDue(nowMs); item !== undefined; item = deadlines.takeDue(nowMs))
        taken.push(item);
      const times = taken.map((item) => model.get(item) ?? Number.NaN);
      assert.deepEqual(
        times,
        times.toSorted((a, b) => a - b),
      );
      assert.deepEqual(
        new Set(taken),
        new Set([...model].filter(([, atMs]) => atMs <= nowMs).map(([item]) => item)),
      );
      assert.equal(deadlines.size, model.size - taken.length);
    }),
  );
});
