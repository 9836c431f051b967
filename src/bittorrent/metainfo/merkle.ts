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

/** The leaf for a block, 32 bytes: its SHA-256 (BEP 52). The last block of a file may be shorter than the others. */
export function blockHash(block: Uint8Array): Uint8Array {
  return hash('sha256', block, 'buffer');
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
 * Leaves of the tree over a piece of a file of `fileLength` bytes: those of a whole piece, or, of a file that is not longer than
 * a piece, as many as it needs. So the root of a small file's only piece is its pieces root (BEP 52).
 */
export function leavesOfPiece(fileLength: number, pieceLength: number): number {
  return fileLength > pieceLength
    ? pieceLength / BLOCK_LENGTH
    : powerOfTwoFrom(Math.ceil(fileLength / BLOCK_LENGTH));
}

/**
 * Builds the root of a tree from its nodes of one level, given from left to right, and keeps no more of them than one a level:
 * two that have the same parent are replaced by it at once. To be used again after each {@link root}. Memory: 1.6 KB.
 */
export class MerkleTree {
  readonly #level: number;
  /** The nodes whose sibling is not there yet, the highest first: a number written in binary, one node a digit. */
  readonly #nodes = Buffer.alloc((MAX_LEVEL + 3) * MERKLE_HASH_LENGTH);
  /** `#pairs[i]` views the nodes i and i + 1. */
  readonly #pairs = Array.from({ length: MAX_LEVEL + 2 }, (_none, at) =>
    this.#nodes.subarray(at * MERKLE_HASH_LENGTH, (at + 2) * MERKLE_HASH_LENGTH),
  );
  #depth = 0;
  #count = 0;

  /** @param level of the nodes above the leaves: 0 for leaves, that of a piece for a piece layer. */
  constructor(level = 0) {
    this.#level = level;
  }

  /** Nodes given since the last root. */
  get count(): number {
    return this.#count;
  }

  /** Adds the leaf for a block: its SHA-256. The last block of a file may be shorter than the others. */
  addBlock(block: Uint8Array): void {
    this.#putHashOf(block, this.#depth++);
    this.#joinPairs(1);
  }

  /** Adds a node: 32 bytes, which are copied. */
  addNode(hash: Uint8Array): void {
    this.#push(hash, 1);
  }

  /**
   * The root over `width` nodes, a power of two, those that were not given being empty; the tree is empty again then.
   * @returns a copy of 32 bytes; of nothing, the hash of an empty tree.
   * @throws {RangeError} when more nodes were given.
   */
  root(width: number): Uint8Array {
    const top = levelOf(width);
    if (this.#count > width) throw new RangeError(`${this.#count} nodes do not fit a tree of ${width}`);
    if (this.#count === 0) return new Uint8Array(zeroSubtree(this.#level + top));
    for (let [level, size] = [0, 1]; level < top; level++, size *= 2)
      if (this.#count % (2 * size) !== 0) this.#push(zeroSubtree(this.#level + level), size);
    const root = new Uint8Array(this.#nodes.subarray(0, MERKLE_HASH_LENGTH));
    [this.#depth, this.#count] = [0, 0];
    return root;
  }

  /** Adds the node that stands for `size` nodes. */
  #push(hash: Uint8Array, size: number): void {
    this.#nodes.set(hash, this.#depth++ * MERKLE_HASH_LENGTH);
    this.#joinPairs(size);
  }

  #joinPairs(size: number): void {
    this.#count += size;
    for (let pair = 2 * size; this.#count % pair === 0; pair *= 2) {
      this.#depth--;
      this.#putHashOf(this.#pairs[this.#depth - 1] as Buffer, this.#depth - 1); // one for each depth
    }
  }

  /**
   * A digest comes as a string of latin1: a buffer for each would take longer to make than a node to hash
   * (272 against 713 ns a node; bench hashing, v2: +5 %).
   */
  #putHashOf(bytes: Uint8Array, at: number): void {
    const digest = hash('sha256', bytes, 'latin1');
    this.#nodes.write(digest, at * MERKLE_HASH_LENGTH, MERKLE_HASH_LENGTH, 'latin1');
  }
}

/**
 * The root over `width` nodes, a power of two, of which the first ones are given and the others are empty (BEP 52).
 * @param hashes 32 bytes each, as many as are given.
 * @param level of the given nodes above the leaves: 0 for leaves, that of a piece for a piece layer.
 * @returns a copy of 32 bytes; of nothing, the hash of an empty tree.
 * @throws {RangeError} when more than `width` are given, or `width` is no power of two.
 */
export function merkleRootOf(hashes: Uint8Array, width: number, level = 0): Uint8Array {
  const tree = new MerkleTree(level);
  for (let at = 0; at < hashes.length; at += MERKLE_HASH_LENGTH)
    tree.addNode(hashes.subarray(at, at + MERKLE_HASH_LENGTH));
  return tree.root(width);
}
