import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { SlotIndex } from '../../../../src/tracker/store/slot-index.ts';

/** Few hashes for many slots, so that they all collide. */
const hashOf = (slot: number): number => (slot % 7) * 5;

function holds(index: SlotIndex, wanted: number): boolean {
  for (let place = index.home(hashOf(wanted)); ; place = index.next(place)) {
    const slot = index.at(place);
    if (slot < 0 || slot === wanted) return slot === wanted;
  }
}

describe('the slot index', () => {
  it('holds what a set holds, through growth, collisions and removals', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(80), { maxLength: 300, size: 'max' }), (slots) => {
        const index = new SlotIndex(hashOf);
        const model = new Set<number>();
        for (const slot of slots) {
          if (model.delete(slot)) index.remove(hashOf(slot), slot);
          else {
            model.add(slot);
            index.insert(hashOf(slot), slot);
          }
        }
        assert.equal(index.size, model.size);
        for (let slot = 0; slot <= 80; slot++) assert.equal(holds(index, slot), model.has(slot));
      }),
      { numRuns: 200 },
    );
  });

  it('follows a key to another slot', () => {
    const index = new SlotIndex(hashOf);
    index.insert(hashOf(3), 3);
    index.replace(hashOf(3), 3, 10);
    assert.equal(holds(index, 3), false);
    assert.equal(holds(index, 10), true);
  });

  it('says so when it is asked to remove what it does not hold', () => {
    assert.throws(() => new SlotIndex(hashOf).remove(hashOf(3), 3), /slot 3 is not in the index/);
  });
});
