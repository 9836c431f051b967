import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { chooseRuns, makePeerRuns } from '../../../../src/tracker/store/peer-runs.ts';

function choose(from: number, to: number, skip: number, want: number, random: number): number[] {
  const chosen = makePeerRuns();
  chooseRuns(from, to, skip, want, random, chosen);
  const slots: number[] = [];
  for (let i = 0; i < chosen.count; i++) {
    const start = chosen.runs[2 * i] ?? 0;
    for (let k = 0; k < (chosen.runs[2 * i + 1] ?? 0); k++) slots.push(start + k);
  }
  assert.equal(chosen.peers, slots.length);
  assert.ok(chosen.count <= 3, 'at most three copies');
  return slots;
}

describe('the choice of peers', () => {
  it('goes round the ring from a random place', () => {
    assert.deepEqual(choose(10, 15, -1, 3, 0), [10, 11, 12]);
    assert.deepEqual(choose(10, 15, -1, 3, 0.9), [14, 10, 11]);
  });

  it('leaves out the skipped slot, and gives everybody else when all are wanted', () => {
    assert.deepEqual(choose(10, 15, 12, 9, 0.5), [13, 14, 10, 11]);
    assert.deepEqual(choose(10, 15, 10, 9, 0.9), [14, 11, 12, 13]);
    assert.deepEqual(choose(10, 11, 10, 9, 0), []);
    assert.deepEqual(choose(10, 10, -1, 9, 0), []);
  });

  it('bears a skipped slot right behind the ring or ahead of it', () => {
    assert.deepEqual(choose(10, 13, 13, 9, 0.5), [11, 12, 10]);
    assert.deepEqual(choose(10, 13, 9, 9, 0.5), [11, 12, 10]);
  });

  it('gives as many different slots as there are, never the skipped one', () => {
    const range = fc.record({
      size: fc.nat(20),
      skip: fc.nat(25),
      want: fc.nat(30),
      random: fc.double({ min: 0, max: 0.999999, noNaN: true }),
    });
    fc.assert(
      fc.property(range, ({ size, skip, want, random }) => {
        const slots = choose(2, 2 + size, skip, want, random);
        const others = size - (skip >= 2 && skip < 2 + size ? 1 : 0);
        assert.equal(new Set(slots).size, Math.min(want, others));
        assert.ok(slots.every((slot) => slot >= 2 && slot < 2 + size && slot !== skip));
      }),
      { numRuns: 2000 },
    );
  });

  it('is fair: everybody is chosen as often as anybody', () => {
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 1000; i++)
      for (const slot of choose(0, 10, -1, 3, i / 1000)) counts[slot] = (counts[slot] ?? 0) + 1;
    assert.deepEqual(counts, new Array(10).fill(300));
  });
});
