// Hashes one file as `make-torrent` does: `hash-file.ts INPUT VERSION THREADS`.
import { statSync } from 'node:fs';
import { hashPieces } from '../../../src/builder/hashing/hash-pieces.ts';
import type { HashVersion } from '../../../src/builder/hashing/job.ts';
import { HashPool } from '../../../src/builder/hashing/pool.ts';

const [path = '', version = 'v1', threads = '1', pieceLength = '1048576'] = process.argv.slice(2);
const pool = new HashPool({ threads: Number(threads), callerHelps: true });
pool.start();
await hashPieces({
  files: [{ path, length: statSync(path).size }],
  pieceLength: Number(pieceLength),
  version: version as HashVersion,
  pool,
});
await pool.stop();
