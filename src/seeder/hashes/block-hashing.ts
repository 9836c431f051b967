import { BLOCK_LENGTH, blockHash, MERKLE_HASH_LENGTH } from '../../bittorrent/metainfo/merkle.ts';
import type { ExtentCache } from '../disk/extent-cache.ts';
import type { TorrentStorage } from '../disk/torrent-storage.ts';
import { SeederError } from '../errors.ts';
import type { Pace } from './pace.ts';

/** A part of a torrent's data whose blocks are to be hashed. */
export interface BlockHashingOptions {
  readonly cache: ExtentCache;
  readonly pace: Pace;
  readonly source: TorrentStorage;
  /** Where it begins, in bytes: with a piece. */
  readonly start: number;
  /** Bytes, without pads. */
  readonly length: number;
}

/** Told once; without an error there is a hash of 32 bytes for each block. */
export type BlockHashingCallback = (error: SeederError | null, leaves: Uint8Array) => void;

/** Hashes the blocks of a piece (BEP 52): extent by extent through the cache, one in a turn, no faster than the pace allows. */
export function hashBlocks(options: BlockHashingOptions, callback: BlockHashingCallback): void {
  const { cache, pace, source, start, length } = options;
  const leaves = new Uint8Array(Math.ceil(length / BLOCK_LENGTH) * MERKLE_HASH_LENGTH);
  const end = start + length;
  let at = start;
  const step = (): void => {
    if (at >= end) return callback(null, leaves);
    // Nothing may enter the cache for a torrent that has left it: nobody would take it out again.
    if (source.isClosed)
      return callback(new SeederError('ERR_STOPPED', 'the torrent is served no more'), leaves);
    const index = Math.floor(at / source.extentBytes);
    cache.load(source, index, (error) => {
      if (error !== null) return callback(error, leaves);
      const stop = Math.min(end, (index + 1) * source.extentBytes);
      pace.run(stop - at, () => hashExtent(index, stop));
    });
  };
  const hashExtent = (index: number, stop: number): void => {
    const buffer = cache.get(source, index)?.buffer;
    if (buffer === undefined) return step(); // others' extents took its place while we waited: it is read again
    const extentStart = index * source.extentBytes;
    for (; at < stop; at += BLOCK_LENGTH) {
      const block = buffer.subarray(at - extentStart, Math.min(at + BLOCK_LENGTH, stop) - extentStart);
      leaves.set(blockHash(block), ((at - start) / BLOCK_LENGTH) * MERKLE_HASH_LENGTH);
    }
    step();
  };
  step();
}
