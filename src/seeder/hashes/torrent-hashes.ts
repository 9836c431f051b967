import { toHex } from '../../bittorrent/hex.ts';
import { type HashRange, isRangeOfTree } from '../../bittorrent/metainfo/hash-range.ts';
import { type HashedFile, HashedFiles } from '../../bittorrent/metainfo/hashed-files.ts';
import { MerkleNodes } from '../../bittorrent/metainfo/merkle-nodes.ts';
import type { Metainfo } from '../../bittorrent/metainfo/metainfo.ts';
import type { HashRequest } from '../wire/hash-messages.ts';

/** Hashes that one request may name: BEP 52 wants no more than 512, but of blocks, libtorrent asks for those of a whole piece. */
const MAX_LENGTH = 512;
const MAX_BLOCKS = 8192;

/** The files of a torrent that was asked for hashes, and the parts of their trees that follow from the piece layers. */
export class TorrentHashes {
  readonly #files: HashedFiles;
  /** By pieces root: an eighth of the memory of the layer itself, since nodes near the layer are worked out when asked for. */
  readonly #above = new Map<string, MerkleNodes>();

  constructor(metainfo: Metainfo) {
    this.#files = new HashedFiles(metainfo);
  }

  /** The file that is asked about; undefined when none has such a tree, or the request is out of its range or too long. */
  fileOf(request: HashRequest): HashedFile | undefined {
    const file = this.#files.get(request.piecesRoot);
    return file !== undefined && isRangeOfTree(request, file.rootLayer) && isShort(request, file)
      ? file
      : undefined;
  }

  /** The tree from the hashes of the file's pieces up to its root. */
  treeAbove(piecesRoot: Uint8Array, { pieceHashes, pieceLayer, rootLayer }: HashedFile): MerkleNodes {
    const root = toHex(piecesRoot);
    let tree = this.#above.get(root);
    if (tree === undefined) {
      tree = new MerkleNodes({
        hashes: pieceHashes,
        width: 2 ** (rootLayer - pieceLayer),
        level: pieceLayer,
      });
      if (rootLayer > pieceLayer) this.#above.set(root, tree);
    }
    return tree;
  }
}

function isShort({ baseLayer, length }: HashRange, { pieceLayer }: HashedFile): boolean {
  const isWithinPiece = baseLayer === 0 && length <= 2 ** pieceLayer;
  return length <= (isWithinPiece ? MAX_BLOCKS : MAX_LENGTH);
}
