import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MerkleNodes } from '../../../../src/bittorrent/metainfo/merkle-nodes.ts';
import { TreeCache } from '../../../../src/seeder/hashes/tree-cache.ts';

const tree = (nodes: number): MerkleNodes =>
  new MerkleNodes({ hashes: new Uint8Array(32 * nodes), width: 1024, level: 0 });

test('the tree that was not used for longest goes first', () => {
  const cache = new TreeCache(3 * tree(100).bytes + 3 * 500);
  for (const name of ['a', 'b', 'c']) cache.add(name, tree(100));
  cache.get('a');
  cache.add('d', tree(100));
  assert.equal(cache.get('b'), undefined);
  for (const name of ['a', 'c', 'd']) assert.ok(cache.get(name) !== undefined, name);
});

test('the latest stays whatever its size, and a name has one tree', () => {
  const cache = new TreeCache(1000);
  cache.add('a', tree(10));
  cache.add('large', tree(1000));
  cache.add('large', tree(1000));
  assert.equal(cache.get('a'), undefined);
  assert.ok(cache.get('large') !== undefined);
  assert.equal(cache.bytes, tree(1000).bytes + 500);
});
