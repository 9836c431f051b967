import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type HashRange,
  hashesOfRange,
  isRangeOfTree,
  provenNode,
  uncleCount,
} from '../../../../src/bittorrent/metainfo/hash-range.ts';

const range = (baseLayer: number, index: number, length: number, proofLayers: number): HashRange => ({
  baseLayer,
  index,
  length,
  proofLayers,
});

/** A node that says where it stands. */
const nodeAt = (layer: number, index: number): Uint8Array => Buffer.alloc(32, 16 * layer + index);

/** The places of the nodes of an answer, written as two hexadecimal digits: layer, index. */
function placesOf(wanted: HashRange): string[] {
  const hashes = hashesOfRange(wanted, nodeAt);
  return Array.from({ length: hashes.length / 32 }, (_none, at) =>
    (hashes[32 * at] ?? 0).toString(16).padStart(2, '0'),
  );
}

test('an answer has the nodes from the left, then the uncles from below', () => {
  assert.deepEqual(placesOf(range(0, 4, 2, 3)), ['04', '05', '13', '20', '31']);
  assert.deepEqual(placesOf(range(1, 4, 4, 2)), ['14', '15', '16', '17', '30']);
});

test('uncles that follow from the nodes themselves are left out', () => {
  assert.deepEqual(placesOf(range(0, 0, 4, 0)), ['00', '01', '02', '03']);
  assert.deepEqual(placesOf(range(0, 0, 4, 1)), ['00', '01', '02', '03']);
  assert.deepEqual(placesOf(range(0, 0, 4, 2)), ['00', '01', '02', '03', '21']);
  assert.equal(uncleCount(range(0, 0, 512, 9)), 1);
  assert.equal(uncleCount(range(0, 0, 512, 8)), 0);
});

test('a single node is proved by its sibling, and by one uncle a proof layer', () => {
  assert.deepEqual(placesOf(range(2, 3, 1, 0)), ['23', '22']);
  assert.deepEqual(placesOf(range(2, 3, 1, 1)), ['23', '22', '30']);
});

test('a range lies within its layer, begins at a multiple of its length, and is proved below the root', () => {
  const root = 5; // 32 blocks
  const good = [
    range(0, 0, 32, 4),
    range(0, 16, 16, 0),
    range(3, 2, 2, 1),
    range(4, 1, 1, 0),
    range(0, 31, 1, 4),
  ];
  for (const each of good) assert.ok(isRangeOfTree(each, root), JSON.stringify(each));
  const bad = [
    range(0, 0, 0, 0),
    range(0, 0, 3, 0),
    range(0, 0, 64, 0),
    range(0, 32, 2, 0),
    range(0, 1, 2, 0),
    range(0, 0, 2, 5),
    range(4, 0, 2, 1),
    range(5, 0, 1, 0),
    range(5, 0, 2, 0),
    range(0xffffffff, 0, 2, 0),
    range(0, 0xfffffffe, 2, 0),
    range(0, 0, 0x80000000, 0),
    range(0, 0, 2, 0xffffffff),
    range(0, 0x80000000, 0x80000000, 0),
  ];
  for (const each of bad) assert.equal(isRangeOfTree(each, root), false, JSON.stringify(each));
  assert.equal(isRangeOfTree(range(0, 0, 1, 0), 0), false, 'the root of one block is known');
});

test('an answer with more or fewer hashes proves nothing', () => {
  const wanted = range(0, 0, 4, 2);
  const hashes = hashesOfRange(wanted, nodeAt);
  assert.equal(provenNode(wanted, hashes)?.layer, 3);
  assert.equal(provenNode(wanted, hashes.subarray(32)), undefined);
  assert.equal(provenNode(wanted, Buffer.concat([hashes, Buffer.alloc(32)])), undefined);
  assert.equal(provenNode(wanted, new Uint8Array(0)), undefined);
});
