import type { MerkleNodes } from '../../bittorrent/metainfo/merkle-nodes.ts';

/** What the bookkeeping of a tree costs, about. */
const BYTES_PER_TREE = 500;

/** Trees by their names, within a budget of bytes: the one that was not used for longest goes first; the latest stays, whatever its size. */
export class TreeCache {
  readonly #budget: number;
  /** In the order of use, the latest last. */
  readonly #trees = new Map<string, MerkleNodes>();
  #bytes = 0;

  constructor(budgetBytes: number) {
    this.#budget = budgetBytes;
  }

  /** Bytes of all trees. */
  get bytes(): number {
    return this.#bytes;
  }

  /** A tree, if it is there; counts as a use. */
  get(name: string): MerkleNodes | undefined {
    const tree = this.#trees.get(name);
    if (tree === undefined) return undefined;
    this.#trees.delete(name);
    this.#trees.set(name, tree);
    return tree;
  }

  /** Keeps a tree. */
  add(name: string, tree: MerkleNodes): void {
    this.#remove(name);
    this.#trees.set(name, tree);
    this.#bytes += sizeOf(tree);
    for (const oldest of this.#trees.keys()) {
      if (this.#bytes <= this.#budget || oldest === name) break;
      this.#remove(oldest);
    }
  }

  #remove(name: string): void {
    const tree = this.#trees.get(name);
    if (tree === undefined) return;
    this.#trees.delete(name);
    this.#bytes -= sizeOf(tree);
  }
}

function sizeOf(tree: MerkleNodes): number {
  return tree.bytes + BYTES_PER_TREE;
}
