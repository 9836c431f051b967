import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layerRanges } from '../../../../src/bittorrent/metainfo/layer-ranges.ts';

const piecesRoot = new Uint8Array(32);

/** index, length and proof layers of what is asked for; pieces of 64 KiB, whose hashes stand in layer 2. */
function askedFor(length: number): number[][] {
  return [...layerRanges({ length, piecesRoot }, 65_536)].map((range) => {
    assert.equal(range.baseLayer, 2);
    return [range.index, range.length, range.proofLayers];
  });
}

test('two pieces are asked for together, with no uncles', () => {
  assert.deepEqual(askedFor(65_537), [[0, 2, 0]]);
});

test('as many are asked for as the tree has places for, 512 at most', () => {
  assert.deepEqual(askedFor(5 * 65_536), [[0, 8, 2]]);
  assert.deepEqual(askedFor(512 * 65_536), [[0, 512, 8]]);
  assert.deepEqual(askedFor(1024 * 65_536), [
    [0, 512, 9],
    [512, 512, 9],
  ]);
});

test('one piece behind 512 others is asked for together with the empty place beside it', () => {
  assert.deepEqual(askedFor(512 * 65_536 + 1), [
    [0, 512, 9],
    [512, 2, 9],
  ]);
});

test('a file without a root has no layer', () => {
  assert.deepEqual([...layerRanges({ length: 0 }, 65_536)], []);
});
