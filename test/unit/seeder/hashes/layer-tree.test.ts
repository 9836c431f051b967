import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import type { HashedFile } from '../../../../src/bittorrent/metainfo/hashed-files.ts';
import { merkleRootOf, zeroSubtree } from '../../../../src/bittorrent/metainfo/merkle.ts';
import { LayerTree } from '../../../../src/seeder/hashes/layer-tree.ts';
import { Pace } from '../../../../src/seeder/hashes/pace.ts';
import { ManualClock } from '../../../support/seeder-clock.ts';

const PIECE_LAYER = 3;

/** A file of so many pieces of eight blocks. */
function fileOf(pieces: number): HashedFile {
  const hashes = Array.from({ length: pieces }, (_none, at) => createHash('sha256').update(`${at}`).digest());
  return {
    length: pieces * 8 * 16_384,
    offset: 0,
    pieceLayer: PIECE_LAYER,
    rootLayer: PIECE_LAYER + Math.ceil(Math.log2(pieces)),
    pieceHashes: Buffer.concat(hashes),
  };
}

for (const pieces of [2, 3, 2048, 2049, 9000])
  test(`the tree of ${pieces} pieces has the nodes that one made in a single go has`, () => {
    const [clock, file] = [new ManualClock(), fileOf(pieces)];
    let tree: LayerTree | undefined;
    LayerTree.build(file, new Pace(clock), (made) => {
      tree = made;
    });
    assert.equal(tree === undefined, pieces > 2048, 'many pieces are not hashed in one turn');
    clock.advance(1000);
    for (let layer = PIECE_LAYER; layer <= file.rootLayer; layer++) {
      const span = 2 ** (layer - PIECE_LAYER);
      const width = 2 ** (file.rootLayer - layer);
      for (const index of new Set([0, 1, Math.floor(pieces / span), Math.floor(width / 2), width - 1])) {
        if (index >= width) continue;
        const below = file.pieceHashes.subarray(32 * span * index, 32 * span * (index + 1));
        const expected = below.length === 0 ? zeroSubtree(layer) : merkleRootOf(below, span, PIECE_LAYER);
        assert.deepEqual(
          Buffer.from(tree?.at(layer, index) ?? []),
          Buffer.from(expected),
          `${layer} ${index}`,
        );
      }
    }
  });
