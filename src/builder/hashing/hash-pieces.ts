import { type HashFile, type HashVersion, hashesOfEntry, makeHashJob, type PieceHashes } from './job.ts';
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
  readonly version?: HashVersion | undefined;
  /** Only these pieces, ascending; all when left out. */
  readonly pieces?: readonly number[] | undefined;
  /** Threads that are kept; else they are started for this call and ended with it. */
  readonly pool?: HashPool | undefined;
  /** Threads without a pool: 1 to 64, default one a core. */
  readonly threads?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Bytes hashed so far; about ten times a second, and once at the end. */
  readonly onProgress?: ((bytesDone: number) => void) | undefined;
  /** Each piece when its hashes are known, in no order; they are views that stay valid. */
  readonly onPiece?: ((index: number, hashes: PieceHashes) => void) | undefined;
}

/**
 * The SHA-1 of pieces of files, 20 bytes each in the order asked for; hashed in threads from positioned reads.
 * Memory: 2 MiB a thread and 25 bytes a piece, whatever the size of the data.
 * @throws {BuilderError} ERR_FILE_MISSING, ERR_FILE_UNREADABLE, or ERR_FILE_CHANGED when a file has not its length or changes
 *   meanwhile; ERR_OPTION for a bad number of threads. When `signal` aborts, its reason. Nothing runs on after either.
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
