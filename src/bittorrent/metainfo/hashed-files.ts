import { toHex } from '../hex.ts';
import { BLOCK_LENGTH, levelOf, powerOfTwoFrom } from './merkle.ts';
import type { Metainfo, TorrentFile } from './metainfo.ts';
import { type PieceLayers, pieceLayersOf } from './piece-layers.ts';

/** A file of a v2 or hybrid torrent and the shape of its tree (BEP 52). */
export interface HashedFile {
  /** Bytes. */
  readonly length: number;
  /** Where it begins in the torrent's data, in bytes: with a piece. */
  readonly offset: number;
  /** Layers of its tree above the hashes of blocks; 0 for a file of one block. */
  readonly rootLayer: number;
  /** The layer of its pieces' hashes; that of the root for a file that fits one piece. */
  readonly pieceLayer: number;
  /** The hashes of its pieces, 32 bytes each. */
  readonly pieceHashes: Uint8Array;
}

/** Finds the files of a torrent by their pieces roots, as peers name them (BEP 52). */
export class HashedFiles {
  readonly #pieceLength: number;
  readonly #layers: PieceLayers;
  /** By pieces root in hexadecimal; of equal files, the first. */
  readonly #files = new Map<string, TorrentFile>();

  /** @param metainfo one that was read, so that its layers are known to be good. */
  constructor(metainfo: Pick<Metainfo, 'info' | 'pieceLayers'>) {
    const { info } = metainfo;
    this.#pieceLength = info.pieceLength;
    this.#layers = pieceLayersOf(metainfo);
    for (const file of info.files) {
      if (file.piecesRoot === undefined) continue;
      const root = toHex(file.piecesRoot);
      if (!this.#files.has(root)) this.#files.set(root, file);
    }
  }

  /** The file with that root, 32 bytes; undefined when there is none, or the torrent lacks its piece layer. */
  get(piecesRoot: Uint8Array): HashedFile | undefined {
    const root = toHex(piecesRoot);
    const file = this.#files.get(root);
    if (file === undefined) return undefined;
    const { length, offset } = file;
    const pieceHashes = length <= this.#pieceLength ? file.piecesRoot : this.#layers.get(root);
    if (pieceHashes === undefined) return undefined;
    const rootLayer = levelOf(powerOfTwoFrom(Math.ceil(length / BLOCK_LENGTH)));
    const pieceLayer = Math.min(rootLayer, levelOf(this.#pieceLength / BLOCK_LENGTH));
    return { length, offset, rootLayer, pieceLayer, pieceHashes };
  }
}
