import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { zeroSubtree } from '../../../../src/bittorrent/metainfo/merkle.ts';
import { MerkleNodes } from '../../../../src/bittorrent/metainfo/merkle-nodes.ts';

const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

test('any node of a tree is what the nodes below it give, however high the given ones stand', () => {
  const shape = fc.record({
    top: fc.nat(9),
    missing: fc.nat(512),
    level: fc.nat(5),
    seed: fc.nat(),
  });
  fc.assert(
    fc.property(shape, ({ top, missing, level, seed }) => {
      const width = 2 ** top;
      const given = Math.max(1, width - missing);
      const hashes = Array.from({ length: given }, (_none, at) => sha256(Buffer.from(`${seed} ${at}`)));
      const tree = new MerkleNodes({ hashes: Buffer.concat(hashes), width, level });
      let row = [...hashes, ...Array<Uint8Array>(width - given).fill(zeroSubtree(level))];
      for (let at = level; ; at++) {
        for (const [index, node] of row.entries())
          assert.deepEqual(Buffer.from(tree.at(at, index)), Buffer.from(node));
        if (row.length === 1) break;
        row = Array.from({ length: row.length / 2 }, (_none, i) =>
          sha256(Buffer.concat(row.slice(2 * i, 2 * i + 2))),
        );
      }
      assert.deepEqual(Buffer.from(tree.root), Buffer.from(row[0] ?? []));
    }),
    { numRuns: 60 },
  );
});

test('a tree takes an eighth of the given nodes beside them', () => {
  const hashes = Buffer.alloc(32 * 1000, 7);
  const { bytes } = new MerkleNodes({ hashes, width: 1024, level: 3 });
  assert.ok(bytes > hashes.length && bytes < hashes.length * 1.13, `${bytes} bytes`);
});

test('refuses more nodes than there is room for, and a width that is no power of two', () => {
  assert.throws(() => new MerkleNodes({ hashes: Buffer.alloc(96), width: 2, level: 0 }), RangeError);
  assert.throws(() => new MerkleNodes({ hashes: Buffer.alloc(96), width: 3, level: 0 }), RangeError);
});
