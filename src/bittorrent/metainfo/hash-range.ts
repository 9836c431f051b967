import { levelOf, MERKLE_HASH_LENGTH, merkleRootOf } from './merkle.ts';

/**
 * A part of a file's tree as peers ask for it (BEP 52, "hash request"): nodes that stand side by side in one layer, and the uncles
 * that prove them. Numbers that are not negative.
 */
export interface HashRange {
  /** Where the nodes stand: 0 for the hashes of blocks, one more for each layer above. */
  readonly baseLayer: number;
  /** The first node, counted from the left of its layer; a multiple of `length`. */
  readonly index: number;
  /** Nodes, a power of two. BEP 52 says two at least; libtorrent asks for one where a single piece is left behind 512 others. */
  readonly length: number;
  /** Layers above the base layer from which uncles are wanted; what the nodes themselves give is not sent. */
  readonly proofLayers: number;
}

/** A node and where it stands. */
export interface ProvenNode {
  readonly layer: number;
  readonly index: number;
  /** 32 bytes. */
  readonly hash: Uint8Array;
}

/**
 * Whether a tree has such a range. The root is known to all and never part of one: the proof ends below it.
 * @param rootLayer of the tree: its layers above the hashes of blocks.
 */
export function isRangeOfTree(range: HashRange, rootLayer: number): boolean {
  const { baseLayer, index, length, proofLayers } = range;
  const layersAbove = rootLayer - baseLayer;
  if (layersAbove <= 0 || proofLayers >= layersAbove) return false;
  const isPowerOfTwo = length > 0 && 2 ** Math.round(Math.log2(length)) === length;
  return isPowerOfTwo && index % length === 0 && index + length <= 2 ** layersAbove;
}

/** Uncles in the answer: one a proof layer, but for the layers that follow from the nodes themselves (BEP 52). */
export function uncleCount({ length, proofLayers }: HashRange): number {
  return Math.max(0, proofLayers - levelOf(length) + 1);
}

/**
 * The answer to a range of a tree: its nodes, and behind them the uncles from below, 32 bytes each.
 * @param nodeAt gives a node of the tree, 32 bytes, which are copied.
 */
export function hashesOfRange(
  range: HashRange,
  nodeAt: (layer: number, index: number) => Uint8Array,
): Uint8Array {
  const { baseLayer, index, length } = range;
  const uncles = uncleCount(range);
  const hashes = new Uint8Array((length + uncles) * MERKLE_HASH_LENGTH);
  for (let at = 0; at < length; at++) hashes.set(nodeAt(baseLayer, index + at), at * MERKLE_HASH_LENGTH);
  let [layer, place] = [baseLayer + levelOf(length), index / length];
  for (let at = length; at < length + uncles; at++) {
    hashes.set(nodeAt(layer, siblingOf(place)), at * MERKLE_HASH_LENGTH);
    [layer, place] = [layer + 1, Math.floor(place / 2)];
  }
  return hashes;
}

/**
 * What an answer amounts to: the node above the range and its uncles. The answer is good when that node is known to be so, as the
 * root of the tree is.
 * @param hashes as {@link hashesOfRange} returns them.
 * @returns undefined when there are more or fewer hashes than the range takes.
 */
export function provenNode(range: HashRange, hashes: Uint8Array): ProvenNode | undefined {
  const { baseLayer, index, length } = range;
  if (hashes.length !== (length + uncleCount(range)) * MERKLE_HASH_LENGTH) return undefined;
  let hash = merkleRootOf(hashes.subarray(0, length * MERKLE_HASH_LENGTH), length, baseLayer);
  let [layer, place] = [baseLayer + levelOf(length), index / length];
  for (let at = length * MERKLE_HASH_LENGTH; at < hashes.length; at += MERKLE_HASH_LENGTH) {
    const uncle = hashes.subarray(at, at + MERKLE_HASH_LENGTH);
    hash = merkleRootOf(Buffer.concat(place % 2 === 0 ? [hash, uncle] : [uncle, hash]), 2);
    [layer, place] = [layer + 1, Math.floor(place / 2)];
  }
  return { layer, index: place, hash };
}

function siblingOf(place: number): number {
  return place % 2 === 0 ? place + 1 : place - 1;
}
