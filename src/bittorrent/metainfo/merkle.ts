import { hash } from 'node:crypto';

/** Bytes of a block, the leaf of a v2 file's tree (BEP 52); the same 16 KiB that peers ask for. */
export const BLOCK_LENGTH = 16 * 1024;
/** Bytes of a hash in a v2 tree: SHA-256. */
export const MERKLE_HASH_LENGTH = 32;

/** Levels that a tree can have: 2^53 bytes are 2^39 blocks. */
const MAX_LEVEL = 48;
const zeroSubtrees: Uint8Array[] = [new Uint8Array(MERKLE_HASH_LENGTH)];

/**
 * The hash of a node `level` levels above the leaves below which there is nothing: a missing leaf is 32 zero bytes (BEP 52).
 * The same view at each call: not to be written to.
 */
export function zeroSubtree(level: number): Uint8Array {
  for (let above = zeroSubtrees.length; above <= level; above++) {
    const below = zeroSubtrees[above - 1] as Uint8Array; // the one made before
    zeroSubtrees.push(hash('sha256', Buffer.concat([below, below]), 'buffer'));
  }
  return zeroSubtrees[level] as Uint8Array; // 0 <= level < length
}

/** The level of the nodes that cover `leaves` leaves, which is a power of two. */
export function levelOf(leaves: number): number {
  const level = Math.round(Math.log2(leaves));
  if (level < 0 || level > MAX_LEVEL || 2 ** level !== leaves)
    throw new RangeError(`${leaves} is no power of two`);
  return level;
}

/** The smallest power of two that is not below `count`. */
export function powerOfTwoFrom(count: number): number {
  let power = 1;
  while (power < count) power *= 2;
  return power;
}

/**
 * The root over `width` nodes, a power of two, of which the first ones are given and the others are empty (BEP 52).
 * @param hashes 32 bytes each, as many as are given; it is used as scratch memory, so it holds no hashes afterwards.
 * @param level of the given nodes above the leaves: 0 for leaves, that of a piece for a piece layer.
 * @returns a copy of 32 bytes; of nothing, the hash of an empty tree.
 */
export function merkleRootOf(hashes: Uint8Array, width: number, level = 0): Uint8Array {
  let count = hashes.length / MERKLE_HASH_LENGTH;
  if (count > width) throw new RangeError(`${count} hashes do not fit a tree of ${width}`);
  const top = level + levelOf(width);
  if (count === 0) return new Uint8Array(zeroSubtree(top));
  for (let at = level; at < top; at++) count = hashPairs(hashes, count, zeroSubtree(at));
  return new Uint8Array(hashes.subarray(0, MERKLE_HASH_LENGTH));
}

/** Puts the parents of `count` nodes in their place, and returns how many there are; a last one without a sibling gets `missing`. */
function hashPairs(nodes: Uint8Array, count: number, missing: Uint8Array): number {
  const parents = Math.ceil(count / 2);
  for (let parent = 0; parent < parents; parent++) {
    const at = 2 * parent * MERKLE_HASH_LENGTH;
    const isWhole = 2 * parent + 1 < count;
    const pair = isWhole
      ? nodes.subarray(at, at + 2 * MERKLE_HASH_LENGTH)
      : Buffer.concat([nodes.subarray(at, at + MERKLE_HASH_LENGTH), missing]);
    nodes.set(hash('sha256', pair, 'buffer'), parent * MERKLE_HASH_LENGTH);
  }
  return parents;
}
