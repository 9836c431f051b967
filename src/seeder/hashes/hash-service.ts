import { bytesEqual, toHex } from '../../bittorrent/hex.ts';
import { hashesOfRange } from '../../bittorrent/metainfo/hash-range.ts';
import type { HashedFile } from '../../bittorrent/metainfo/hashed-files.ts';
import { MERKLE_HASH_LENGTH, zeroSubtree } from '../../bittorrent/metainfo/merkle.ts';
import { MerkleNodes } from '../../bittorrent/metainfo/merkle-nodes.ts';
import type { Clock } from '../clock.ts';
import type { ExtentCache } from '../disk/extent-cache.ts';
import { SeederError } from '../errors.ts';
import type { Torrent } from '../torrent.ts';
import type { HashRequest } from '../wire/hash-messages.ts';
import { hashBlocks } from './block-hashing.ts';
import type { LayerTree } from './layer-tree.ts';
import { Pace } from './pace.ts';
import { TorrentHashes } from './torrent-hashes.ts';
import { TreeCache } from './tree-cache.ts';

/** What an answer costs, in bytes of data that are hashed in the same time: so there are 2000 answers a second at most. */
const ANSWER_BYTES = 64 * 1024;
/** Bytes of trees over the blocks of pieces that are kept: 256 KiB for the largest piece. */
const TREE_BYTES = 8 * 1024 * 1024;

/** What becomes of a request: hashes, a refusal (neither), or an error of the torrent's data. */
export type HashCallback = (error: SeederError | null, hashes: Uint8Array | undefined) => void;
type TreeCallback = (error: SeederError | null, tree: MerkleNodes | undefined) => void;

/** What is known of a torrent, and the pieces that are being hashed for it: where each begins, and who waits. */
interface Known {
  readonly hashes: TorrentHashes;
  readonly underWay: Map<number, TreeCallback[]>;
}

/**
 * Answers hash requests for all peers and torrents (BEP 52): from the piece layers, or below them from the data, whose blocks are
 * hashed when somebody asks. Trees over pieces are kept for a while, by what they are the trees of, so that equal pieces share one.
 */
export class HashService {
  readonly #cache: ExtentCache;
  readonly #pace: Pace;
  readonly #trees = new TreeCache(TREE_BYTES);
  readonly #known = new WeakMap<Torrent, Known>();

  constructor(cache: ExtentCache, clock: Clock) {
    this.#cache = cache;
    this.#pace = new Pace(clock);
  }

  /** Answers, now or later. `callback` is called once. Requests are not counted here: ask one at a time a peer. */
  answer(torrent: Torrent, request: HashRequest, callback: HashCallback): void {
    const { hashes } = this.#knownOf(torrent);
    const file = hashes.fileOf(request);
    if (file === undefined) return callback(null, undefined);
    const pieces = piecesBelow(request, file);
    const firstPiece = file.offset / torrent.pieceLength;
    if (pieces.some((piece) => !torrent.hasPiece(firstPiece + piece))) return callback(null, undefined);
    const trees = new Map<number, MerkleNodes>();
    const next = (at: number): void => {
      const piece = pieces[at];
      if (piece === undefined)
        return hashes.treeAbove(request.piecesRoot, file, (above) =>
          this.#pace.run(ANSWER_BYTES, () =>
            callback(null, hashesOfRange(request, nodesOf(file, above, trees))),
          ),
        );
      this.#pieceTree(torrent, file, piece, (error, tree) => {
        if (tree === undefined) return callback(error, undefined);
        trees.set(piece, tree);
        next(at + 1);
      });
    };
    next(0);
  }

  #knownOf(torrent: Torrent): Known {
    let known = this.#known.get(torrent);
    if (known === undefined) {
      known = { hashes: new TorrentHashes(torrent.metainfo, this.#pace), underWay: new Map() };
      this.#known.set(torrent, known);
    }
    return known;
  }

  /** The tree below the hash of a piece, made of the data unless it is kept; for all who ask meanwhile at once. */
  #pieceTree(torrent: Torrent, file: HashedFile, piece: number, callback: TreeCallback): void {
    const name = `${toHex(pieceHashOf(file, piece))} over ${file.pieceLayer}`;
    const kept = this.#trees.get(name);
    if (kept !== undefined) return callback(null, kept);
    const { underWay } = this.#knownOf(torrent);
    const start = file.offset + piece * torrent.pieceLength;
    const others = underWay.get(start);
    if (others !== undefined) return void others.push(callback);
    const callbacks = [callback];
    underWay.set(start, callbacks);
    this.#hashPiece(torrent, file, piece, (error, tree) => {
      underWay.delete(start);
      if (tree !== undefined) this.#trees.add(name, tree);
      for (const tell of callbacks) tell(error, tree);
    });
  }

  #hashPiece(torrent: Torrent, file: HashedFile, piece: number, callback: TreeCallback): void {
    const { storage, pieceLength } = torrent;
    const start = file.offset + piece * pieceLength;
    const length = Math.min(pieceLength, file.length - piece * pieceLength);
    const options = { cache: this.#cache, pace: this.#pace, source: storage, start, length };
    hashBlocks(options, (error, hashes) => {
      if (error !== null) return callback(error, undefined);
      const tree = new MerkleNodes({ hashes, width: 2 ** file.pieceLayer, level: 0 });
      if (bytesEqual(tree.root, pieceHashOf(file, piece))) return callback(null, tree);
      callback(changedError(torrent, file, start / pieceLength), undefined);
    });
  }
}

function changedError({ files }: Torrent, { offset }: HashedFile, piece: number): SeederError {
  const path = files.find((file) => file.offset === offset && file.length > 0)?.path ?? '';
  const what = `${path} was changed after it was checked: piece ${piece} does not match the torrent`;
  return new SeederError('ERR_PIECES_BAD', what, { path, piece });
}

/** The nodes of a file's tree: those from the pieces up, and those below the pieces whose trees there are. */
function nodesOf(
  { pieceLayer }: HashedFile,
  above: LayerTree,
  below: ReadonlyMap<number, MerkleNodes>,
): (layer: number, index: number) => Uint8Array {
  return (layer, index) => {
    if (layer >= pieceLayer) return above.at(layer, index);
    const perPiece = 2 ** (pieceLayer - layer);
    const piece = Math.floor(index / perPiece);
    return below.get(piece)?.at(layer, index % perPiece) ?? zeroSubtree(layer); // behind the last piece
  };
}

function pieceHashOf({ pieceHashes }: HashedFile, piece: number): Uint8Array {
  return pieceHashes.subarray(piece * MERKLE_HASH_LENGTH, (piece + 1) * MERKLE_HASH_LENGTH);
}

/** The pieces of the file, counted from its beginning, whose blocks an answer needs; none for hashes of pieces and above. */
function piecesBelow({ baseLayer, index, length }: HashRequest, file: HashedFile): number[] {
  if (baseLayer >= file.pieceLayer) return [];
  const perPiece = 2 ** (file.pieceLayer - baseLayer);
  const pieceCount = file.pieceHashes.length / MERKLE_HASH_LENGTH;
  const first = Math.floor(index / perPiece);
  const end = Math.min(pieceCount, Math.ceil((index + length) / perPiece));
  return Array.from({ length: Math.max(0, end - first) }, (_none, at) => first + at);
}
