import type { HashedFile } from '../../bittorrent/metainfo/hashed-files.ts';
import { MERKLE_HASH_LENGTH, zeroSubtree } from '../../bittorrent/metainfo/merkle.ts';
import { MerkleNodes } from '../../bittorrent/metainfo/merkle-nodes.ts';
import type { Pace } from './pace.ts';

/** Levels of the parts that are worked out in one go: 2048 pieces, a few milliseconds. */
const PART_LEVELS = 11;
/** What a piece's hash costs, in bytes of data that are hashed in the same time. */
const BYTES_PER_HASH = 512;

/**
 * The tree of a file from the hashes of its pieces up to its root. It takes an eighth of their memory: nodes near the pieces are worked
 * out when they are asked for.
 */
export class LayerTree {
  readonly #partTop: number;
  readonly #parts: readonly MerkleNodes[];
  readonly #above: MerkleNodes;

  private constructor(parts: readonly MerkleNodes[], partTop: number, rootLayer: number) {
    this.#parts = parts;
    this.#partTop = partTop;
    const hashes = new Uint8Array(parts.length * MERKLE_HASH_LENGTH);
    for (const [at, { root }] of parts.entries()) hashes.set(root, at * MERKLE_HASH_LENGTH);
    this.#above = new MerkleNodes({ hashes, width: 2 ** (rootLayer - partTop), level: partTop });
  }

  /** Works the tree out part by part, so that others are served meanwhile. */
  static build(file: HashedFile, pace: Pace, callback: (tree: LayerTree) => void): void {
    const { pieceHashes, pieceLayer, rootLayer } = file;
    const levels = Math.min(PART_LEVELS, rootLayer - pieceLayer);
    const span = MERKLE_HASH_LENGTH * 2 ** levels;
    const parts: MerkleNodes[] = [];
    const step = (): void => {
      const hashes = pieceHashes.subarray(parts.length * span, (parts.length + 1) * span);
      if (hashes.length === 0) return callback(new LayerTree(parts, pieceLayer + levels, rootLayer));
      pace.run((BYTES_PER_HASH * hashes.length) / MERKLE_HASH_LENGTH, () => {
        parts.push(new MerkleNodes({ hashes, width: 2 ** levels, level: pieceLayer }));
        step();
      });
    };
    step();
  }

  /** One node, 32 bytes: a view. Layers are counted from the hashes of blocks. */
  at(layer: number, index: number): Uint8Array {
    if (layer >= this.#partTop) return this.#above.at(layer, index);
    const perPart = 2 ** (this.#partTop - layer);
    const part = this.#parts[Math.floor(index / perPart)];
    return part?.at(layer, index % perPart) ?? zeroSubtree(layer);
  }
}
