import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hashesOfRange, isRangeOfTree } from '../../../src/bittorrent/metainfo/hash-range.ts';
import { type LayerRange, layerRanges, provenPieces } from '../../../src/bittorrent/metainfo/layer-ranges.ts';
import { BLOCK_LENGTH, levelOf, powerOfTwoFrom } from '../../../src/bittorrent/metainfo/merkle.ts';
import { MerkleNodes } from '../../../src/bittorrent/metainfo/merkle-nodes.ts';
import { randomBytesOf } from '../../support/data.ts';

/** A file's piece layer, the tree above it, and what is to be asked for. */
function layerOf(pieces: number, level: number, lastBytes: number) {
  const layer = randomBytesOf(pieces, 32 * pieces);
  const tree = new MerkleNodes({ hashes: layer, width: powerOfTwoFrom(pieces), level });
  const pieceLength = BLOCK_LENGTH * 2 ** level;
  const length = (pieces - 1) * pieceLength + 1 + (lastBytes % pieceLength);
  return { layer, tree, ranges: [...layerRanges({ length, piecesRoot: tree.root }, pieceLength)] };
}

const layers = fc
  .record({ pieces: fc.integer({ min: 2, max: 2100 }), level: fc.nat(6), lastBytes: fc.nat() })
  .map(({ pieces, level, lastBytes }) => ({ level, pieces, ...layerOf(pieces, level, lastBytes) }));

function answerTo(range: LayerRange, tree: MerkleNodes): Uint8Array {
  return hashesOfRange(range, (layer, index) => tree.at(layer, index));
}

test('the answers to all ranges are proved, and are the layer together', () => {
  fc.assert(
    fc.property(layers, ({ layer, tree, ranges, pieces, level }) => {
      const rootLayer = level + levelOf(powerOfTwoFrom(pieces));
      const parts = ranges.map((range) => {
        assert.ok(isRangeOfTree(range, rootLayer) && range.length >= 2 && range.length <= 512);
        return provenPieces(range, answerTo(range, tree)) ?? assert.fail('it is not proved');
      });
      assert.deepEqual(Buffer.concat(parts), layer);
    }),
    { numRuns: 40 },
  );
});

test('an answer with one byte changed, or of another length, proves nothing', () => {
  const change = fc.record({ range: fc.nat(), at: fc.nat(), by: fc.integer({ min: 1, max: 255 }) });
  fc.assert(
    fc.property(layers, change, ({ tree, ranges }, { range: which, at, by }) => {
      const range = ranges[which % ranges.length] as LayerRange; // there is one at least
      const answer = answerTo(range, tree);
      assert.equal(provenPieces(range, answer.subarray(32)), undefined);
      assert.equal(provenPieces(range, Buffer.concat([answer, Buffer.alloc(32)])), undefined);
      answer[at % answer.length] = (answer[at % answer.length] ?? 0) ^ by;
      assert.equal(provenPieces(range, answer), undefined);
    }),
    { numRuns: 40 },
  );
});

test('noise proves nothing and never throws', () => {
  const { ranges } = layerOf(700, 2, 5);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 20_000 }), (noise) => {
      for (const range of ranges) assert.equal(provenPieces(range, noise), undefined);
    }),
  );
});
