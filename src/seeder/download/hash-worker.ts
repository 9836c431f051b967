import { parentPort } from 'node:worker_threads';
import { PieceHasher } from '../../builder/hashing/piece-hasher.ts';
import type { HashedPiece, PieceToHash } from './piece-checker.ts';

// The entry of the thread that hashes what is downloaded (see piece-checker.ts).
const port = parentPort;
port?.on('message', ({ id, version, bytes, own, padding, leaves }: PieceToHash) => {
  const hasher = new PieceHasher(version);
  hasher.update(bytes.subarray(0, own));
  hasher.pad(padding);
  const { v1, v2 } = hasher.finish(leaves);
  port.postMessage({ id, v1, v2 } satisfies HashedPiece);
});
