import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BlockCutter } from '../../../../../src/seeder/download/web-source/block-cutter.ts';
import { type AskedBlock, BlockQueue } from '../../../../../src/seeder/download/web-source/block-queue.ts';

const LENGTH = 16_384;

function block(at: number, length = LENGTH): AskedBlock {
  return { piece: 0, begin: at * LENGTH, length, offset: at * LENGTH };
}

function queueOf(...places: number[]): BlockQueue {
  const queue = new BlockQueue();
  for (const at of places) queue.add(block(at));
  return queue;
}

function taken(queue: BlockQueue, maxBytes = 1 << 20): number[] {
  return queue.takeRun(maxBytes).map(({ offset }) => offset / LENGTH);
}

test('blocks that follow one another go together, from the oldest on', () => {
  const queue = queueOf(5, 6, 1, 7, 2, 9);
  assert.deepEqual([taken(queue), taken(queue), taken(queue), taken(queue)], [[5, 6, 7], [1, 2], [9], []]);
});

test('a run has a bound, but always a block', () => {
  const queue = queueOf(0, 1, 2, 3);
  assert.deepEqual(taken(queue, 2 * LENGTH + 1), [0, 1]);
  assert.deepEqual(taken(queue, 1), [2]);
});

test('knows how many bytes wait', () => {
  const queue = queueOf(0, 1, 3, 3);
  assert.equal(queue.bytes, 3 * LENGTH);
  assert.equal(queue.delete(LENGTH), true);
  assert.equal(queue.delete(LENGTH), false);
  assert.equal(queue.bytes, 2 * LENGTH);
  taken(queue);
  assert.equal(queue.bytes, LENGTH);
  queue.clear();
  assert.deepEqual([queue.bytes, taken(queue)], [0, []]);
});

test('blocks come out as they went in, however the bytes are portioned', () => {
  const portions = fc.array(fc.integer({ min: 1, max: 40_000 }), { minLength: 1, maxLength: 20 });
  const lengths = fc.array(fc.integer({ min: 1, max: LENGTH }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(lengths, portions, (blockLengths, sizes) => {
      let offset = 0;
      const blocks = blockLengths.map((length) => {
        const made = { piece: 0, begin: offset, length, offset };
        offset += length;
        return made;
      });
      const data = Buffer.from(Uint8Array.from({ length: offset }, (_, at) => (at * 31) >> 3));
      const found: Buffer[] = [];
      const cutter = new BlockCutter(blocks, (asked, bytes) => {
        assert.equal(bytes.length, asked.length);
        found.push(Buffer.from(bytes));
      });
      for (let at = 0, turn = 0; at < data.length; turn++) {
        const size = sizes[turn % sizes.length] ?? 1;
        cutter.push(data.subarray(at, at + size));
        at += size;
      }
      assert.deepEqual(Buffer.concat(found), data);
    }),
    { numRuns: 50 },
  );
});
