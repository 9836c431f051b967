import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  BLOCK_LENGTH,
  leavesOfPiece,
  levelOf,
  MerkleTree,
  merkleRootOf,
  powerOfTwoFrom,
  zeroSubtree,
} from '../../../../src/bittorrent/metainfo/merkle.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

/** The pieces root of a file: the tree over all its blocks. */
function rootOfFile(file: Uint8Array): string {
  const tree = new MerkleTree();
  for (let at = 0; at < file.length; at += BLOCK_LENGTH) tree.addBlock(file.subarray(at, at + BLOCK_LENGTH));
  return hex(tree.root(powerOfTwoFrom(Math.ceil(file.length / BLOCK_LENGTH))));
}

/** The tree written out: every leaf and every node. */
function plainRoot(leaves: readonly Buffer[]): Buffer {
  const [only = Buffer.alloc(32)] = leaves;
  if (leaves.length === 1) return only;
  const half = leaves.length / 2;
  return sha256(Buffer.concat([plainRoot(leaves.slice(0, half)), plainRoot(leaves.slice(half))]));
}

describe('a Merkle tree of BEP 52', () => {
  it('has the roots that other programs find', () => {
    assert.equal(rootOfFile(Buffer.from('a')), hex(sha256(Buffer.from('a'))));
    const cases: readonly (readonly [Buffer, string])[] = [
      [Buffer.alloc(16_385, 'a'), 'dcdfa5bb8d91b7eb7a69fb556bba6770d3456cbd61ab52f172cb9421a442be79'],
      [Buffer.alloc(49_153, 0xff), 'cb462da734498f6b9075872e02a03d1affec29097e75fe0f817b3d6b6b465d19'],
      [Buffer.alloc(1 << 20), '515ea9181744b817744ded9d2e8e9dc6a8450c0b0c52e24b5077f302ffbd9008'],
      [Buffer.alloc(1 << 16), '60aae9c7b428f87e0713e88229e18f0adf12cd7b22a0dd8a92bb2485eb7af242'],
    ];
    for (const [file, root] of cases) assert.equal(rootOfFile(file), root);
  });

  it('has known hashes where there are no blocks', () => {
    assert.equal(hex(zeroSubtree(0)), '00'.repeat(32));
    assert.match(hex(zeroSubtree(1)), /^f5a5fd42d16a2030.*fb4b$/);
    assert.match(hex(zeroSubtree(5)), /^9efde052aa15429f.*0d30$/);
    assert.equal(hex(merkleRootOf(new Uint8Array(), 32)), hex(zeroSubtree(5)));
    assert.equal(hex(merkleRootOf(new Uint8Array(), 4, 3)), hex(zeroSubtree(5)));
    assert.equal(hex(new MerkleTree(2).root(1)), hex(zeroSubtree(2)));
  });

  it('agrees with a tree written out in full, from leaves and from the nodes above them', () => {
    const shape = fc.record({ level: fc.nat(6), missing: fc.nat(64), seed: fc.nat() });
    fc.assert(
      fc.property(shape, ({ level, missing, seed }) => {
        const width = 2 ** level;
        const given = Math.max(0, width - missing);
        const leaves = Array.from({ length: given }, (_none, at) => sha256(Buffer.from(`${seed} ${at}`)));
        const all = [...leaves, ...Array<Buffer>(width - given).fill(Buffer.alloc(32))];
        const root = hex(plainRoot(all));
        assert.equal(hex(merkleRootOf(Buffer.concat(leaves), width)), root);
        const above = Array.from({ length: Math.ceil(given / 2) }, (_none, at) =>
          plainRoot(all.slice(2 * at, 2 * at + 2)),
        );
        if (width > 1) assert.equal(hex(merkleRootOf(Buffer.concat(above), width / 2, 1)), root);
      }),
    );
  });

  it('is empty again after each root', () => {
    const [tree, node] = [new MerkleTree(), sha256(Buffer.from('x'))];
    const root = (): string => {
      for (let at = 0; at < 3; at++) tree.addNode(node);
      assert.equal(tree.count, 3);
      return hex(tree.root(8));
    };
    assert.equal(root(), root());
    assert.equal(tree.count, 0);
  });

  it('leaves the hashes that it was given as they are', () => {
    const hashes = Buffer.concat([1, 2, 3].map((at) => sha256(Buffer.from([at]))));
    const before = hex(hashes);
    merkleRootOf(hashes, 4);
    assert.equal(hex(hashes), before);
  });

  it('refuses more nodes than its width, and a width that is no power of two', () => {
    assert.throws(() => merkleRootOf(Buffer.alloc(5 * 32), 4), RangeError);
    for (const width of [0, 3, -2, 1.5, Number.NaN])
      assert.throws(() => merkleRootOf(Buffer.alloc(32), width), RangeError);
  });
});

describe('the widths of trees', () => {
  it('are powers of two that are not below the count', () => {
    assert.deepEqual([0, 1, 2, 3, 4, 5, 2 ** 39 - 1].map(powerOfTwoFrom), [1, 1, 2, 4, 4, 8, 2 ** 39]);
    assert.deepEqual([1, 2, 2 ** 39].map(levelOf), [0, 1, 39]);
  });

  it('are those of a piece, but for files that are not longer than one', () => {
    const piece = 8 * BLOCK_LENGTH;
    const lengths = [1, BLOCK_LENGTH, BLOCK_LENGTH + 1, 3 * BLOCK_LENGTH, piece - 1, piece, piece + 1];
    assert.deepEqual(
      lengths.map((length) => leavesOfPiece(length, piece)),
      [1, 1, 2, 4, 8, 8, 8],
    );
  });
});
