import { parentPort } from 'node:worker_threads';
import type { TorrentVersion } from '../../bittorrent/metainfo/metainfo.ts';
import { PieceHasher } from '../../builder/hashing/piece-hasher.ts';
import type { HashedPiece, PieceToHash } from './piece-checker.ts';

// The entry of the thread that hashes what is downloaded (see piece-checker.ts). A fault in it ends the thread, and with it what a hasher
// has taken in.
const port = parentPort;
const hashers = new Map<TorrentVersion, PieceHasher>();

port?.on('message', ({ id, version, bytes, own, padding, leaves }: PieceToHash) => {
  const hasher = hashers.get(version) ?? new PieceHasher(version);
  hashers.set(version, hasher);
  hasher.update(bytes.subarray(0, own));
  hasher.pad(padding);
  const { v1, v2 } = hasher.finish(leaves);
  port.postMessage({ id, v1, v2 } satisfies HashedPiece);
});
