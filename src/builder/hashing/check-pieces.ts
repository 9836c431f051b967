import { bytesEqual } from '../../bittorrent/hex.ts';
import type { TorrentVersion } from '../../bittorrent/metainfo/metainfo.ts';
import { withPool } from './hash-pieces.ts';
import {
  type FileProblem,
  type HashFile,
  hashesAt,
  hashesOfEntry,
  makeHashJob,
  type PieceHashes,
  pieceState,
} from './job.ts';
import type { HashPool } from './pool.ts';

/** What to check, and how. */
export interface CheckPiecesOptions {
  /** One behind the other; a file without a path stands for zeros (BEP 47). */
  readonly files: readonly HashFile[];
  /** Bytes. */
  readonly pieceLength: number;
  /**
   * What each piece of the torrent should have, also of those that are not checked. Where both are given, a piece is good
   * only if both match; one that is empty is not looked at. With v2, the files lie as `hashPieces` says.
   */
  readonly hashes: PieceHashes;
  /** Only these pieces, ascending; all when left out. */
  readonly pieces?: readonly number[] | undefined;
  /** Threads that are kept; else they are started for this call and ended with it. */
  readonly pool?: HashPool | undefined;
  /** Threads without a pool: 1 to 64, default one a core. */
  readonly threads?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Bytes checked so far, for v1 and hybrid pad files too; about ten times a second, and once at the end. */
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
 * Memory: the buffers of `hashPieces`, and 40 bytes a piece for v1, 50 for v2, 70 for hybrid.
 * @throws {BuilderError} ERR_OPTION, ERR_INPUT, ERR_HASHING; when `signal` aborts, its reason.
 * @throws {RangeError} as `hashPieces` does.
 */
export async function checkPieces(options: CheckPiecesOptions): Promise<CheckedPieces> {
  const { files, pieceLength, hashes, pieces, signal, onProgress, onPiece } = options;
  const job = makeHashJob({
    version: versionOf(hashes),
    files,
    pieceLength,
    pieces,
    isTolerant: true,
    reportsUnits: onPiece !== undefined,
  });
  const problems = new Map<string, FileProblem>();
  const isGood = (entry: number): boolean => {
    if (job.states[entry] !== pieceState.hashed) return false;
    const [found, wanted] = [hashesOfEntry(job, entry), hashesAt(hashes, job.pieces[entry] ?? 0)];
    return bytesEqual(found.v1, wanted.v1) && bytesEqual(found.v2, wanted.v2);
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

function versionOf({ v1, v2 }: PieceHashes): TorrentVersion {
  if (v2.length === 0) return 'v1';
  return v1.length === 0 ? 'v2' : 'hybrid';
}
