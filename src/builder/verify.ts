import { join, resolve } from 'node:path';
import type { Info, Metainfo, TorrentFile } from '../bittorrent/metainfo/metainfo.ts';
import { checkPieces } from './hashing/check-pieces.ts';
import type { FileProblem } from './hashing/job.ts';
import { pieceHashesOf } from './hashing/piece-hashes.ts';
import type { HashPool } from './hashing/pool.ts';
import type { BuildProgress } from './options.ts';
import { findExtraFiles } from './verify/extra-files.ts';
import { findRoot } from './verify/find-root.ts';
import { bytesToRead, goodBytesOf } from './verify/good-bytes.ts';
import { type FileLook, lookAtFile } from './verify/look-at-file.ts';
import { PieceStates } from './verify/piece-states.ts';
import type { VerifiedFile, VerifyResult } from './verify/result.ts';

export type { FileState, PieceRange, VerifiedFile, VerifyResult } from './verify/result.ts';

/** How data is verified. */
export interface VerifyOptions {
  /** Also names the files of the folder that the torrent does not have. */
  readonly findsExtraFiles?: boolean | undefined;
  readonly threads?: number | undefined;
  /** Hashing threads that are kept; instead of `threads`. */
  readonly pool?: HashPool | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: BuildProgress) => void) | undefined;
}

/**
 * Compares data on disk with its torrent, v1, v2 or hybrid, in one pass; of a hybrid both hashes have to match. `path` is the
 * torrent's own file or folder, or the folder that contains it. Memory: the buffers of `hashPieces`, the list of
 * files, and 45 bytes a piece for v1, 85 for v2, 105 for hybrid.
 * @throws {BuilderError} ERR_FILE_MISSING, ERR_FILE_UNREADABLE, ERR_INPUT when `path` itself cannot be what the torrent describes; what is wrong within
 *   is in the result. When `signal` aborts, its reason.
 */
export async function verify(
  metainfo: Metainfo,
  path: string,
  options: VerifyOptions = {},
): Promise<VerifyResult> {
  const { info } = metainfo;
  const root = await findRoot(info, resolve(path));
  const looks = await lookAtAll(info, root, options.signal);
  const pieces = new PieceStates(info);
  for (const [index, file] of info.files.entries())
    if (!file.isPadding) pieces.markAbsent(file, looks[index]?.presentBytes ?? 0);
  const problems = await readPieces(metainfo, root, pieces, options);
  const files = info.files.flatMap((file, index) => {
    const look = looks[index];
    return look === undefined ? [] : [verdict(file, { root, look, pieces, problems })];
  });
  const badPieces = pieces.bad();
  return {
    isComplete: badPieces.length === 0 && files.every(({ state }) => state === 'ok'),
    root,
    goodPieces: info.pieceCount - badPieces.length,
    badPieces,
    goodBytes: goodBytesOf(info, badPieces),
    files,
    ...(options.findsExtraFiles === true && {
      extraFiles: await findExtraFiles(info, root, options.signal),
    }),
  };
}

/** Files that are looked at a time. */
const BATCH = 1000;

/** One entry a file of the torrent; undefined for pad files, which are nowhere. */
async function lookAtAll(info: Info, root: string, signal?: AbortSignal): Promise<(FileLook | undefined)[]> {
  const looks: (FileLook | undefined)[] = [];
  for (let start = 0; start < info.files.length; start += BATCH) {
    signal?.throwIfAborted();
    const batch = info.files.slice(start, start + BATCH);
    looks.push(
      ...(await Promise.all(batch.map((file) => (file.isPadding ? undefined : lookAtFile(root, file))))),
    );
  }
  return looks;
}

/** Hashes what is there, and returns what went wrong meanwhile by the file's path. */
async function readPieces(
  metainfo: Metainfo,
  root: string,
  pieces: PieceStates,
  { signal, onProgress, pool, threads }: VerifyOptions,
): Promise<ReadonlyMap<string, FileProblem>> {
  const { info } = metainfo;
  const unread = pieces.unread();
  const bytesTotal = bytesToRead(info, unread);
  const checked = await checkPieces({
    files: info.files.map((file) => ({ path: placeOf(root, file), length: file.length })),
    pieceLength: info.pieceLength,
    hashes: pieceHashesOf(metainfo),
    pieces: unread,
    pool,
    threads,
    signal,
    onProgress: onProgress && ((bytesDone) => onProgress({ bytesDone, bytesTotal })),
  });
  pieces.markRead(checked.good, checked.bad);
  return new Map(checked.problems.map((problem) => [problem.path ?? '', problem]));
}

function placeOf(root: string, file: TorrentFile): string | undefined {
  return file.isPadding ? undefined : join(root, ...file.path);
}

/** What the judgement of a file rests on. */
interface Evidence {
  readonly root: string;
  readonly look: FileLook;
  readonly pieces: PieceStates;
  readonly problems: ReadonlyMap<string, FileProblem>;
}

function verdict(file: TorrentFile, { root, look, pieces, problems }: Evidence): VerifiedFile {
  const path = join(root, ...file.path);
  const { pieceCount, badRanges, hasWrong } = pieces.ofFile(file);
  const base = { path, torrentPath: file.path, length: file.length, pieceCount, badRanges };
  if (look.state !== 'ok') return { ...base, state: look.state, ...(look.reason && { reason: look.reason }) };
  const problem = problems.get(path);
  if (problem !== undefined) {
    const state = problem.code === 'ERR_FILE_MISSING' ? 'missing' : 'unreadable';
    return { ...base, state, reason: problem.message };
  }
  if (badRanges.length === 0) return { ...base, state: 'ok' };
  const count = badRanges.reduce((sum, [first, last]) => sum + last - first + 1, 0);
  if (hasWrong)
    return {
      ...base,
      state: 'pieces',
      reason: `${count} of its ${pieceCount} pieces ${count === 1 ? 'is' : 'are'} wrong`,
    };
  const reason = `${count} of its ${pieceCount} pieces cannot be checked: they also hold bytes of files that are not there`;
  return { ...base, state: 'unsure', reason };
}
