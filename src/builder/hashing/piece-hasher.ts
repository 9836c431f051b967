import { createHash, type Hash } from 'node:crypto';
import { BLOCK_LENGTH, MerkleTree } from '../../bittorrent/metainfo/merkle.ts';
import type { TorrentVersion } from '../../bittorrent/metainfo/metainfo.ts';
import type { PieceHashes } from './job.ts';

const nothing = new Uint8Array();
const zeros = Buffer.alloc(64 * 1024);

/**
 * Makes the hashes of one piece after another, as its bytes come. Both are made of the same bytes at once, while these lie in
 * the CPU's cache: slices of 16 KiB to 1 MiB take the same time (bench hashing). Memory: a few KB.
 */
export class PieceHasher {
  readonly #version: TorrentVersion;
  readonly #tree = new MerkleTree();
  #sha1: Hash | undefined;

  constructor(version: TorrentVersion) {
    this.#version = version;
  }

  /** Goes on with the piece. For v2 and hybrid, whole blocks, but for the last bytes of a file. */
  update(bytes: Uint8Array): void {
    if (this.#version !== 'v2') this.#updateV1(bytes);
    if (this.#version !== 'v1') this.#updateV2(bytes);
  }

  /** Goes on with zeros of a pad file: they exist for v1 only. */
  pad(length: number): void {
    if (this.#version === 'v2') return;
    for (let left = length; left > 0; left -= zeros.length)
      this.#updateV1(left < zeros.length ? zeros.subarray(0, left) : zeros);
  }

  /**
   * Ends the piece.
   * @param leaves of its tree, see `leavesOfPiece`; for v1 of no meaning.
   * @returns copies; for v2, without a byte of a file, no hash.
   */
  finish(leaves: number): PieceHashes {
    const v1 = this.#version === 'v2' ? nothing : (this.#sha1 ?? createHash('sha1')).digest();
    const v2 = this.#tree.count === 0 ? nothing : this.#tree.root(leaves);
    this.#sha1 = undefined;
    return { v1, v2 };
  }

  #updateV1(bytes: Uint8Array): void {
    this.#sha1 ??= createHash('sha1');
    this.#sha1.update(bytes);
  }

  #updateV2(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += BLOCK_LENGTH)
      this.#tree.addBlock(bytes.subarray(at, at + BLOCK_LENGTH));
  }
}
