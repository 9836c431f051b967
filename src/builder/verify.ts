import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Metainfo, TorrentFile } from '../bittorrent/metainfo/metainfo.ts';
import { checkPieces } from './hashing/check-pieces.ts';
import { BuilderError, quoted, readError } from './hashing/errors.ts';
import type { FileProblem, HashFile } from './hashing/job.ts';
import type { HashPool } from './hashing/pool.ts';
import type { BuildProgress } from './options.ts';

/** How data is verified. */
export interface VerifyOptions {
  readonly threads?: number | undefined;
  /** Hashing threads that are kept; instead of `threads`. */
  readonly pool?: HashPool | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: BuildProgress) => void) | undefined;
}

/** What was found. */
export interface VerifyResult {
  /** Whether every piece is good and every file as the torrent says. */
  readonly isComplete: boolean;
  readonly goodPieces: number;
  /** Indices of the pieces that are wrong or cannot be read, ascending. */
  readonly badPieces: readonly number[];
  /** Files that are missing, unreadable, or of another length. */
  readonly problems: readonly FileProblem[];
  /** Absolute paths where the files were looked for, in the torrent's order; undefined for pad files. */
  readonly files: readonly (string | undefined)[];
}

/**
 * Compares data on disk with its torrent. `path` is the torrent's own file or folder, or the folder that contains it.
 * @throws {BuilderError} ERR_FILE_MISSING, ERR_FILE_UNREADABLE when `path` itself cannot be looked at; what is wrong within is in the result.
 */
export async function verify(
  metainfo: Metainfo,
  path: string,
  options: VerifyOptions = {},
): Promise<VerifyResult> {
  const { info } = metainfo;
  const root = await rootOf(metainfo, resolve(path));
  const files = info.files.map((file): HashFile => ({ path: placeOf(root, file), length: file.length }));
  const { signal, onProgress, pool, threads } = options;
  const checked = await checkPieces({
    files,
    pieceLength: info.pieceLength,
    hashes: { v1: info.pieces, v2: new Uint8Array() },
    pool,
    threads,
    signal,
    onProgress: onProgress && ((bytesDone) => onProgress({ bytesDone, bytesTotal: info.length })),
  });
  const problems = [...checked.problems, ...(await problemsOfEmptyFiles(files))];
  return {
    isComplete: checked.bad.length === 0 && problems.length === 0,
    goodPieces: checked.good.length,
    badPieces: checked.bad,
    problems,
    files: files.map((file) => file.path),
  };
}

function placeOf(root: string, file: TorrentFile): string | undefined {
  return file.isPadding ? undefined : join(root, ...file.path);
}

/** The file or folder that the torrent's name stands for. */
async function rootOf({ info }: Metainfo, path: string): Promise<string> {
  const found = await stat(path).catch((error: unknown) => {
    throw readError(path, error);
  });
  if (!found.isDirectory()) return path;
  const inside = join(path, info.name);
  if (!info.isMultiFile) return inside;
  const first = info.files.find((file) => !file.isPadding);
  const isHere = first === undefined || (await exists(join(path, ...first.path)));
  return !isHere && (await exists(inside)) ? inside : path;
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Hashing never opens an empty file, so a missing one would go unnoticed. */
async function problemsOfEmptyFiles(files: readonly HashFile[]): Promise<FileProblem[]> {
  const problems: FileProblem[] = [];
  for (const { path, length } of files) {
    if (path === undefined || length > 0) continue;
    const problem = await stat(path).then(
      ({ size }) =>
        size === 0
          ? undefined
          : new BuilderError('ERR_FILE_CHANGED', `${quoted(path)} has ${size} bytes where 0 were expected`, {
              path,
            }),
      (error: unknown) => readError(path, error),
    );
    if (problem !== undefined) problems.push({ code: problem.code, message: problem.message, path });
  }
  return problems;
}
