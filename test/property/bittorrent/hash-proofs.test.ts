import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type HashRange,
  hashesOfRange,
  isRangeOfTree,
  provenNode,
} from '../../../src/bittorrent/metainfo/hash-range.ts';
import { powerOfTwoFrom } from '../../../src/bittorrent/metainfo/merkle.ts';
import { MerkleNodes } from '../../../src/bittorrent/metainfo/merkle-nodes.ts';

/** A tree of so many blocks. */
function treeOf(blocks: number, seed: number): { tree: MerkleNodes; rootLayer: number } {
  const leaves = Array.from({ length: blocks }, (_none, at) =>
    createHash('sha256').update(`${seed} ${at}`).digest(),
  );
  const width = powerOfTwoFrom(blocks);
  return {
    tree: new MerkleNodes({ hashes: Buffer.concat(leaves), width, level: 0 }),
    rootLayer: Math.log2(width),
  };
}

/** A tree and a range of it, proved up to its root. */
const proofs = fc
  .record({ blocks: fc.integer({ min: 2, max: 700 }), seed: fc.nat() })
  .chain(({ blocks, seed }) => {
    const { tree, rootLayer } = treeOf(blocks, seed);
    return fc
      .record({ baseLayer: fc.nat(rootLayer - 1), spread: fc.nat(20), place: fc.nat() })
      .map(({ baseLayer, spread, place }) => {
        const layers = rootLayer - baseLayer;
        const length = 2 ** (spread % (layers + 1));
        const index = length * (place % 2 ** (layers - Math.log2(length)));
        return { tree, rootLayer, range: { baseLayer, index, length, proofLayers: layers - 1 } };
      });
  });

test('every range of every tree is proved against the root', () => {
  fc.assert(
    fc.property(proofs, ({ tree, rootLayer, range }) => {
      assert.ok(isRangeOfTree(range, rootLayer));
      const hashes = hashesOfRange(range, (layer, index) => tree.at(layer, index));
      const proven = provenNode(range, hashes);
      assert.deepEqual([proven?.layer, proven?.index], [rootLayer, 0]);
      assert.deepEqual(Buffer.from(proven?.hash ?? []), Buffer.from(tree.root));
    }),
  );
});

test('a shorter proof ends in a node of the tree', () => {
  fc.assert(
    fc.property(proofs, fc.nat(10), ({ tree, range }, fewer) => {
      const short: HashRange = { ...range, proofLayers: Math.max(0, range.proofLayers - fewer) };
      const proven = provenNode(
        short,
        hashesOfRange(short, (layer, index) => tree.at(layer, index)),
      );
      assert.ok(proven !== undefined);
      assert.deepEqual(Buffer.from(proven.hash), Buffer.from(tree.at(proven.layer, proven.index)));
    }),
  );
});

test('one wrong bit anywhere in an answer is found', () => {
  fc.assert(
    fc.property(proofs, fc.nat(), ({ tree, range }, bit) => {
      const hashes = hashesOfRange(range, (layer, index) => tree.at(layer, index));
      const at = bit % (8 * hashes.length);
      hashes[at >>> 3] = (hashes[at >>> 3] ?? 0) ^ (1 << (at & 7));
      assert.notDeepEqual(Buffer.from(provenNode(range, hashes)?.hash ?? []), Buffer.from(tree.root));
    }),
  );
});
