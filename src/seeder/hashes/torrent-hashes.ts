import { toHex } from '../../bittorrent/hex.ts';
import { type HashRange, isRangeOfTree } from '../../bittorrent/metainfo/hash-range.ts';
import { type HashedFile, HashedFiles } from '../../bittorrent/metainfo/hashed-files.ts';
import type { Metainfo } from '../../bittorrent/metainfo/metainfo.ts';
import type { HashRequest } from '../wire/hash-messages.ts';
import { LayerTree } from './layer-tree.ts';
import type { Pace } from './pace.ts';

/** Hashes that one request may name: BEP 52 wants no more than 512, but of blocks, libtorrent asks for those of a whole piece. */
const MAX_LENGTH = 512;
const MAX_BLOCKS = 8192;

type LayerTreeCallback = (tree: LayerTree) => void;

/** The files of a torrent that was asked for hashes, and the parts of their trees that follow from the piece layers. */
export class TorrentHashes {
  readonly #files: HashedFiles;
  readonly #pace: Pace;
  /** By pieces root in hexadecimal; those that wait while a tree is made. */
  readonly #above = new Map<string, LayerTree | LayerTreeCallback[]>();

  constructor(metainfo: Metainfo, pace: Pace) {
    this.#files = new HashedFiles(metainfo);
    this.#pace = pace;
  }

  /** The file that is asked about; undefined when none has such a tree, or the request is out of its range or too long. */
  fileOf(request: HashRequest): HashedFile | undefined {
    const file = this.#files.get(request.piecesRoot);
    return file !== undefined && isRangeOfTree(request, file.rootLayer) && isShort(request, file)
      ? file
      : undefined;
  }

  /** The tree from the hashes of the file's pieces up to its root. */
  treeAbove(piecesRoot: Uint8Array, file: HashedFile, callback: LayerTreeCallback): void {
    const root = toHex(piecesRoot);
    const known = this.#above.get(root);
    if (known instanceof LayerTree) return callback(known);
    if (known !== undefined) return void known.push(callback);
    const waiting = [callback];
    this.#above.set(root, waiting);
    LayerTree.build(file, this.#pace, (tree) => {
      if (file.rootLayer > file.pieceLayer) this.#above.set(root, tree);
      else this.#above.delete(root); // one node, the root: not worth keeping
      for (const tell of waiting) tell(tree);
    });
  }
}

function isShort({ baseLayer, length }: HashRange, { pieceLayer }: HashedFile): boolean {
  const isWithinPiece = baseLayer === 0 && length <= 2 ** pieceLayer;
  return length <= (isWithinPiece ? MAX_BLOCKS : MAX_LENGTH);
}
