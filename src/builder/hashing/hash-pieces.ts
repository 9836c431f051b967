import type { TorrentVersion } from '../../bittorrent/metainfo/metainfo.ts';
import { type HashFile, hashesOfEntry, makeHashJob, type PieceHashes } from './job.ts';
import { HashPool } from './pool.ts';

/** What to hash, and how. */
export interface HashPiecesOptions {
  /** One behind the other; a file without a path stands for zeros (BEP 47). */
  readonly files: readonly HashFile[];
  /** Bytes. */
  readonly pieceLength: number;
  /**
   * Default v1. For v2 and hybrid each file that is not empty begins with a piece, and pad files fill what lies between
   * (BEP 52); v2 never looks at the pad files.
   */
  readonly version?: TorrentVersion | undefined;
  /** Only these pieces, ascending; all when left out. */
  readonly pieces?: readonly number[] | undefined;
  /** Threads that are kept; else they are started for this call and ended with it. */
  readonly pool?: HashPool | undefined;
  /** Threads without a pool: 1 to 64, default one a core. */
  readonly threads?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Bytes hashed so far, for v1 and hybrid pad files too; about ten times a second, and once at the end. */
  readonly onProgress?: ((bytesDone: number) => void) | undefined;
  /** Each piece when its hashes are known, in no order; they are views that stay valid. */
  readonly onPiece?: ((index: number, hashes: PieceHashes) => void) | undefined;
}

/**
 * The hashes of pieces of files, in the order asked for; made in threads, in one pass of positioned reads.
 * The roots of v2 (BEP 52): a piece of a file that is longer than a piece has as many leaves as any piece, missing ones zero; of
 * a file that is not, the fewest that are a power of two, so that its only piece has the file's pieces root. Empty files have
 * none. Of a piece without a byte of a file, the root is 32 zeros.
 * Memory, whatever the size of the data: a thread's buffers, 1 MiB while data comes from the page cache and else 4 MiB; the list
 * of files once a thread; and 50 bytes a piece for v1, 75 for v2, 115 for hybrid, the result included.
 * @throws {BuilderError} ERR_FILE_MISSING, ERR_FILE_UNREADABLE, or ERR_FILE_CHANGED when a file has not its length or changes
 *   meanwhile; ERR_OPTION for a bad number of threads or piece length; ERR_INPUT for more than 2^53 bytes. When `signal`
 *   aborts, its reason. Nothing runs on after either.
 * @throws {RangeError} for pieces that do not ascend or are not there; for v2 and hybrid, for a file that begins within a piece.
 */
export async function hashPieces(options: HashPiecesOptions): Promise<PieceHashes> {
  const { files, pieceLength, version = 'v1', pieces, signal, onProgress, onPiece } = options;
  const job = makeHashJob({
    version,
    files,
    pieceLength,
    pieces,
    isTolerant: false,
    reportsUnits: onPiece !== undefined,
  });
  const onUnit = (unit: number): void => {
    for (let entry = job.units[unit] ?? 0; entry < (job.units[unit + 1] ?? 0); entry++)
      onPiece?.(job.pieces[entry] ?? 0, hashesOfEntry(job, entry));
  };
  await withPool(options, (pool) => pool.run(job, { signal, onProgress, onUnit }));
  return { v1: job.hashes.v1.slice(), v2: job.hashes.v2.slice() }; // out of the shared memory
}

/** Runs `use` with the caller's pool, or with one of its own that ends with it. */
export async function withPool<T>(
  options: { readonly pool?: HashPool | undefined; readonly threads?: number | undefined },
  use: (pool: HashPool) => Promise<T>,
): Promise<T> {
  if (options.pool !== undefined) return use(options.pool);
  const own = new HashPool({ threads: options.threads });
  try {
    return await use(own);
  } finally {
    await own.stop();
  }
}
