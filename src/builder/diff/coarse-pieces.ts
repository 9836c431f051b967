import { toHex } from '../../bittorrent/hex.ts';
import { BLOCK_LENGTH, levelOf, MERKLE_HASH_LENGTH, merkleRootOf } from '../../bittorrent/metainfo/merkle.ts';
import type { Metainfo, TorrentFile } from '../../bittorrent/metainfo/metainfo.ts';
import { type PieceLayers, pieceLayersOf } from '../../bittorrent/metainfo/piece-layers.ts';

/**
 * The hashes of the pieces that a v2 torrent would have with longer pieces: a node of the Merkle tree covers two below it, so the layer of
 * longer pieces follows from that of shorter ones (BEP 52). So torrents with different piece lengths can be compared.
 */
export class CoarsePieces {
  readonly #layers: PieceLayers;
  readonly #ownLength: number;
  readonly #pieceLength: number;

  /** @param pieceLength not below the torrent's own; a power of two as well. */
  constructor(metainfo: Metainfo, pieceLength: number) {
    this.#layers = pieceLayersOf(metainfo);
    this.#ownLength = metainfo.info.pieceLength;
    this.#pieceLength = pieceLength;
  }

  /** The hashes of a file's pieces of that length; none for a file that is not longer than one. */
  of({ piecesRoot, length }: TorrentFile): Uint8Array[] {
    const layer = piecesRoot && this.#layers.get(toHex(piecesRoot));
    if (layer === undefined || length <= this.#pieceLength) return [];
    const ratio = this.#pieceLength / this.#ownLength;
    const level = levelOf(this.#ownLength / BLOCK_LENGTH);
    const bytes = ratio * MERKLE_HASH_LENGTH;
    const hashes: Uint8Array[] = [];
    for (let at = 0; at < layer.length; at += bytes) {
      const below = layer.subarray(at, at + bytes);
      hashes.push(ratio === 1 ? below : merkleRootOf(below, ratio, level));
    }
    return hashes;
  }
}
