import assert from 'node:assert/strict';
import { test } from 'node:test';
import { batchOf, lineOf, linesOf } from '../../../src/persistence/conformance/harness.ts';
import { PeerBatch } from '../../../src/persistence/peer-batch.ts';

test('grows without losing a row', async () => {
  const samples = Array.from({ length: 100 }, (_, index) => ({
    port: index + 1,
    left: index,
    torrent: index,
  }));
  const batch = batchOf(...samples);
  assert.equal(batch.length, 100);
  assert.deepEqual(
    await linesOf([batch]),
    (await Promise.all(samples.map((one) => linesOf([batchOf(one)])))).flat(),
  );
});

test('a slice is a copy of its rows alone', () => {
  const batch = batchOf({ port: 1 }, { port: 2 }, { port: 3 }, { port: 4, isGone: true });
  const slice = batch.slice(1, 4);
  const before = lineOf(batch, 1);
  assert.deepEqual([slice.length, slice.capacity], [3, 3]);
  slice.setGone(0, 0, 0);
  assert.equal(lineOf(batch, 1), before);
  assert.equal(lineOf(slice, 2), lineOf(batch, 3));
});

test('crosses to another thread by moving its memory', async () => {
  const batch = batchOf({ port: 1 }, { address: [0x20, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9] });
  const before = await linesOf([batch]);
  const { length } = batch;
  const columns = structuredClone(batch.columns, { transfer: batch.buffers() });
  assert.equal(batch.capacity, 0);
  assert.deepEqual(await linesOf([PeerBatch.fromColumns(columns, length)]), before);
});

test('takes 96 bytes a peer', () => {
  const bytes = new PeerBatch(1_000).buffers().reduce((sum, buffer) => sum + buffer.byteLength, 0);
  assert.equal(bytes, 96_000);
});
