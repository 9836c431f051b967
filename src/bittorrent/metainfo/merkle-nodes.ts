import { levelOf, MERKLE_HASH_LENGTH, MerkleTree, zeroSubtree } from './merkle.ts';

/**
 * Levels above the given nodes that are worked out when they are asked for: so all the others take an eighth of the given nodes'
 * memory, and a node costs eight hashes at most.
 */
const UNKEPT_LEVELS = 4;

/** By the level of their nodes. Empty between two uses: nobody waits while one is filled. */
const trees = new Map<number, MerkleTree>();

/** What a tree is made of. */
export interface MerkleNodesOptions {
  /** Its nodes of one level from the left, 32 bytes each, those behind them being empty. Not copied. */
  readonly hashes: Uint8Array;
  /** Nodes of that level, the empty ones among them: a power of two. */
  readonly width: number;
  /** The level of these nodes above the leaves. */
  readonly level: number;
}

/** A tree of BEP 52 of which any node can be had, from one level of it. */
export class MerkleNodes {
  readonly #hashes: Uint8Array;
  readonly #level: number;
  readonly #top: number;
  /** The levels from {@link UNKEPT_LEVELS} above the given one up to the root, without empty nodes. */
  readonly #kept: Uint8Array[] = [];

  /** @throws {RangeError} when more nodes are given than there is room for, or `width` is no power of two. */
  constructor({ hashes, width, level }: MerkleNodesOptions) {
    if (hashes.length > width * MERKLE_HASH_LENGTH) throw new RangeError(`more nodes than ${width}`);
    this.#hashes = hashes;
    this.#level = level;
    this.#top = level + levelOf(width);
    let nodes = hashes;
    for (let at = level + UNKEPT_LEVELS; at <= this.#top; at++) {
      nodes =
        at === level + UNKEPT_LEVELS ? parentsOf(nodes, level, UNKEPT_LEVELS) : parentsOf(nodes, at - 1, 1);
      this.#kept.push(nodes);
    }
  }

  /** Bytes of all that is held, the given nodes included. */
  get bytes(): number {
    return this.#kept.reduce((sum, { length }) => sum + length, this.#hashes.length);
  }

  /** 32 bytes. */
  get root(): Uint8Array {
    return this.at(this.#top, 0);
  }

  /**
   * One node, 32 bytes: a view, not to be written to.
   * @param level above the leaves of the file's tree, from the given nodes' to the root's.
   * @param index from the left of that level.
   */
  at(level: number, index: number): Uint8Array {
    const above = level - this.#level;
    const span = MERKLE_HASH_LENGTH * 2 ** above;
    if (index * span >= this.#hashes.length) return zeroSubtree(level);
    const kept = this.#kept[above - UNKEPT_LEVELS];
    if (kept !== undefined)
      return kept.subarray(index * MERKLE_HASH_LENGTH, (index + 1) * MERKLE_HASH_LENGTH);
    const below = this.#hashes.subarray(index * span, (index + 1) * span);
    return above === 0 ? below : parentsOf(below, this.#level, above);
  }
}

/** The nodes `levels` levels above those of `level`. */
function parentsOf(nodes: Uint8Array, level: number, levels: number): Uint8Array {
  const tree = treeFor(level);
  const span = MERKLE_HASH_LENGTH * 2 ** levels;
  const parents = new Uint8Array(Math.ceil(nodes.length / span) * MERKLE_HASH_LENGTH);
  for (let [from, to] = [0, 0]; from < nodes.length; from += span, to += MERKLE_HASH_LENGTH) {
    const end = Math.min(from + span, nodes.length);
    for (let at = from; at < end; at += MERKLE_HASH_LENGTH)
      tree.addNode(nodes.subarray(at, at + MERKLE_HASH_LENGTH));
    parents.set(tree.root(2 ** levels), to);
  }
  return parents;
}

/** A tree that is used again, since making one takes longer than the few nodes that are mostly wanted of it. */
function treeFor(level: number): MerkleTree {
  let tree = trees.get(level);
  if (tree === undefined) {
    tree = new MerkleTree(level);
    trees.set(level, tree);
  }
  return tree;
}
