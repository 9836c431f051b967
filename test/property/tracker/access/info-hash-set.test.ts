import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { InfoHashSet } from '../../../../src/tracker/store/info-hash-set.ts';

const steps = fc.array(fc.record({ isAdded: fc.boolean(), hash: fc.nat(60) }), {
  minLength: 1,
  maxLength: 400,
  size: 'max',
});

function hashOf(number: number): Uint8Array {
  return new Uint8Array(20).fill(number, 17);
}

describe('a set of info-hashes', () => {
  it('is what a Set of texts would be, whatever comes and goes', () => {
    fc.assert(
      fc.property(steps, fc.nat(40), (changes, expected) => {
        const set = new InfoHashSet(expected);
        const model = new Set<number>();
        for (const { isAdded, hash } of changes) {
          const known = model.has(hash);
          assert.equal(isAdded ? set.add(hashOf(hash)) : set.delete(hashOf(hash)), isAdded !== known);
          if (isAdded) model.add(hash);
          else model.delete(hash);
          assert.equal(set.size, model.size);
        }
        for (let hash = 0; hash <= 60; hash++) assert.equal(set.has(hashOf(hash)), model.has(hash));
        const all = [...set].map((hash) => hash[19] ?? -1);
        assert.deepEqual(
          all.sort((a, b) => a - b),
          [...model].sort((a, b) => a - b),
        );
      }),
    );
  });
});
