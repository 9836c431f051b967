import { bytesEqual } from '../../bittorrent/hex.ts';
import { withPool } from './hash-pieces.ts';
import { type FileProblem, type HashFile, makeHashJob, pieceState } from './job.ts';
import type { HashPool } from './pool.ts';

/** What to check, and how. */
export interface CheckPiecesOptions {
  /** One behind the other; a file without a path stands for zeros (BEP 47). */
  readonly files: readonly HashFile[];
  /** Bytes. */
  readonly pieceLength: number;
  /** The SHA-1 that each piece of the torrent should have, 20 bytes each. */
  readonly hashes: Uint8Array;
  /** Only these pieces, ascending; all when left out. */
  readonly pieces?: readonly number[] | undefined;
  /** Threads that are kept; else they are started for this call and ended with it. */
  readonly pool?: HashPool | undefined;
  /** Threads without a pool: 1 to 64, default one a core. */
  readonly threads?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Bytes checked so far; about ten times a second, and once at the end. */
  readonly onProgress?: ((bytesDone: number) => void) | undefined;
  /** Each piece when it is known whether it is good, in no order. */
  readonly onPiece?: ((index: number, isGood: boolean) => void) | undefined;
}

/** The result of a check. */
export interface CheckedPieces {
  /** Pieces that were checked and are good, ascending. */
  readonly good: readonly number[];
  /** Pieces that were checked and are wrong or cannot be read, ascending. */
  readonly bad: readonly number[];
  /** Files that are missing, unreadable or not of their length; one entry a file. */
  readonly problems: readonly FileProblem[];
}

/**
 * Compares pieces of files with their hashes. A missing, short or unreadable file makes its pieces bad, and the check goes on.
 * Memory: 2 MiB a thread and 25 bytes a piece.
 * @throws {BuilderError} ERR_OPTION, ERR_HASHING; when `signal` aborts, its reason.
 */
export async function checkPieces(options: CheckPiecesOptions): Promise<CheckedPieces> {
  const { files, pieceLength, hashes, pieces, signal, onProgress, onPiece } = options;
  const job = makeHashJob({
    files,
    pieceLength,
    pieces,
    isTolerant: true,
    reportsUnits: onPiece !== undefined,
  });
  const problems = new Map<string, FileProblem>();
  const isGood = (entry: number): boolean => {
    const at = 20 * (job.pieces[entry] ?? 0);
    const digest = job.digests.subarray(20 * entry, 20 * entry + 20);
    return job.states[entry] === pieceState.hashed && bytesEqual(digest, hashes.subarray(at, at + 20));
  };
  const onUnit = (unit: number): void => {
    for (let entry = job.units[unit] ?? 0; entry < (job.units[unit + 1] ?? 0); entry++)
      onPiece?.(job.pieces[entry] ?? 0, isGood(entry));
  };
  const onProblem = (problem: FileProblem): void => {
    if (!problems.has(problem.path ?? '')) problems.set(problem.path ?? '', problem);
  };
  await withPool(options, (pool) => pool.run(job, { signal, onProgress, onUnit, onProblem }));
  const good: number[] = [];
  const bad: number[] = [];
  for (const [entry, piece] of job.pieces.entries()) (isGood(entry) ? good : bad).push(piece);
  return { good, bad, problems: [...problems.values()] };
}
