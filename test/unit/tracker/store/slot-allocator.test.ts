import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { OWNER_WORD, SLOT_WORDS, SlotAllocator } from '../../../../src/tracker/store/slot-allocator.ts';

/** Slots that only count how many there are. */
class Slots {
  words = new Int32Array(0);

  reserve(slots: number): void {
    if (slots * SLOT_WORDS <= this.words.length) return;
    const words = new Int32Array(slots * 2 * SLOT_WORDS);
    words.set(this.words);
    this.words = words;
  }

  /** Writes into every word, as peers would: the owner is never negative. */
  use(start: number, size: number): void {
    this.words.fill(0x5555_5555, start * SLOT_WORDS, (start + size) * SLOT_WORDS);
    for (let slot = start; slot < start + size; slot++) this.words[slot * SLOT_WORDS + OWNER_WORD] = 1;
  }
}

function make(): { slots: Slots; allocator: SlotAllocator; take: (size: number) => number } {
  const slots = new Slots();
  const allocator = new SlotAllocator(slots);
  const take = (size: number): number => {
    const start = allocator.allocate(size);
    slots.use(start, size);
    return start;
  };
  return { slots, allocator, take };
}

describe('the slot allocator', () => {
  it('uses what was given back before it takes more', () => {
    const { allocator, take } = make();
    const first = take(10);
    take(5);
    allocator.release(first, 10);
    assert.equal(take(4), first);
    assert.equal(take(6), first + 4);
    assert.equal(allocator.top, 15);
  });

  it('joins free neighbours on both sides', () => {
    const { allocator, take } = make();
    const blocks = [take(3), take(4), take(5)];
    take(1);
    allocator.release(blocks[0] ?? 0, 3);
    allocator.release(blocks[2] ?? 0, 5);
    allocator.release(blocks[1] ?? 0, 4);
    assert.equal(take(12), 0);
  });

  it('extends a block at the end, or over free slots, and otherwise says no', () => {
    const { allocator, take } = make();
    const first = take(4);
    assert.equal(allocator.extend(first, 4, 6), true);
    const second = take(4);
    const third = take(4);
    assert.equal(allocator.extend(first, 6, 7), false);
    allocator.release(second, 4);
    assert.equal(allocator.extend(first, 6, 11), false);
    assert.equal(allocator.extend(first, 6, 8), true);
    assert.equal(take(2), second + 2);
    assert.equal(third, 10);
  });

  it('never gives a slot to two, and gets everything back', () => {
    const step = fc.record({
      size: fc.integer({ min: 1, max: 70 }),
      release: fc.boolean(),
      which: fc.nat(99),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200, size: 'max' }), (steps) => {
        const { allocator, take } = make();
        const blocks: { start: number; size: number }[] = [];
        for (const { size, release, which } of steps) {
          const [block] = release ? blocks.splice(which % Math.max(1, blocks.length), 1) : [];
          if (block !== undefined) allocator.release(block.start, block.size);
          else blocks.push({ start: take(size), size });
          blocks.sort((a, b) => a.start - b.start);
          for (const [i, { start, size: length }] of blocks.entries())
            assert.ok(start + length <= (blocks[i + 1]?.start ?? allocator.top));
        }
        for (const { start, size } of blocks) allocator.release(start, size);
        assert.equal(allocator.top, 0);
      }),
      { numRuns: 60 },
    );
  });
});
