import { alignFiles } from '../../bittorrent/metainfo/align-files.ts';
import { hasV1, hasV2, type Info, type Metainfo } from '../../bittorrent/metainfo/metainfo.ts';
import type { FileList } from '../file-list.ts';
import { checkPieces } from '../hashing/check-pieces.ts';
import { BuilderError, quoted } from '../hashing/errors.ts';
import type { PieceHashes } from '../hashing/job.ts';
import { pieceHashesOf } from '../hashing/piece-hashes.ts';
import type { CreateTorrentOptions } from '../options.ts';
import { choosePieceLength } from '../piece-length.ts';
import { hashFileOf, isContent, type PlannedFile, planOf, type TorrentPlan } from './layout.ts';

/** Pieces that are hashed to see whether the data is still that of the older torrent. */
const SAMPLES = 64;

/**
 * Lays files out as an older torrent has them, so that its hashes fit.
 * @throws {BuilderError} ERR_REUSE when the older torrent has other files, another piece length, or not the hashes that are needed.
 */
export function planOfReused(list: FileList, older: Metainfo, options: CreateTorrentOptions): TorrentPlan {
  const { version = 'v1' } = options;
  const { info } = older;
  if ((version !== 'v2' && !hasV1(info)) || (version !== 'v1' && !hasV2(info)))
    throw new BuilderError(
      'ERR_REUSE',
      `the older torrent is ${info.version}: it has not the hashes of ${version}`,
    );
  const { pieceLength = 'auto' } = options; // the automatic one is then that of the older torrent
  if (pieceLength !== 'auto' && choosePieceLength(pieceLength, list.length) !== info.pieceLength)
    throw new BuilderError(
      'ERR_REUSE',
      `the older torrent has pieces of ${info.pieceLength} bytes: its hashes fit no others`,
    );
  const placed = placeAs(info, list);
  const files = version === 'v2' ? alignFiles(placed.filter(isContent), info.pieceLength, version) : placed;
  return planOf(files, { version, name: list.name, pieceLength: info.pieceLength });
}

/** The files of `list` in the places that the older torrent gives them, its pad files among them. */
function placeAs(info: Info, list: FileList): PlannedFile[] {
  const listed = new Map(list.files.map((file) => [file.path.join('/'), file]));
  const placed = info.files.map((file): PlannedFile => {
    if (file.isPadding) return { path: file.path, length: file.length, offset: file.offset, isPadding: true };
    // A v2 torrent of a folder with one file is read as that file (BEP 52), which goes by its own name then.
    const path = file.path.length === 0 && !list.isSingleFile ? info.name : file.path.join('/');
    const here = listed.get(path);
    listed.delete(path);
    if (here === undefined) throw differs(`it has the file ${quoted(path || info.name)}`);
    if (here.length !== file.length)
      throw differs(`its ${quoted(path || info.name)} has ${file.length} bytes, this one ${here.length}`);
    return { ...here, offset: file.offset };
  });
  const [extra] = listed.keys();
  if (extra !== undefined) throw differs(`it has no file ${quoted(extra)}`);
  return placed;
}

function differs(how: string): BuilderError {
  return new BuilderError('ERR_REUSE', `the older torrent is of other files: ${how}`);
}

/**
 * The hashes of an older torrent for a plan of {@link planOfReused}. Up to 64 pieces, spread over the data, are hashed and compared: what
 * was changed elsewhere without another size is not noticed.
 * @throws {BuilderError} ERR_REUSE when a piece differs, and what reading meets; when the signal aborts, its reason.
 */
export async function reuseHashes(
  plan: TorrentPlan,
  older: Metainfo,
  options: CreateTorrentOptions,
): Promise<PieceHashes> {
  const hashes = hashesOf(plan, older);
  const { pool, threads, signal } = options;
  const step = Math.max(1, Math.ceil(plan.pieceCount / SAMPLES));
  const pieces = [
    ...new Set([
      ...Array.from({ length: Math.ceil(plan.pieceCount / step) }, (_none, at) => at * step),
      plan.pieceCount - 1,
    ]),
  ];
  const checked = await checkPieces({
    files: plan.files.map(hashFileOf),
    pieceLength: plan.pieceLength,
    hashes,
    pieces,
    pool,
    threads,
    signal,
  });
  const [problem] = checked.problems;
  if (problem !== undefined)
    throw new BuilderError(
      problem.code,
      problem.message,
      problem.path === undefined ? {} : { path: problem.path },
    );
  if (checked.bad.length > 0)
    throw new BuilderError(
      'ERR_REUSE',
      `the data is not that of the older torrent: ${checked.bad.length} of ${pieces.length} samples differ (first: piece ${checked.bad[0]})`,
    );
  return hashes;
}

function hashesOf({ version }: TorrentPlan, older: Metainfo): PieceHashes {
  const { v1, v2 } = pieceHashesOf(older);
  if (version !== 'v1' && v2.length === 0)
    throw new BuilderError('ERR_REUSE', 'the older torrent has no piece layers (BEP 52)');
  const none = new Uint8Array();
  return { v1: version === 'v2' ? none : v1, v2: version === 'v1' ? none : v2 };
}
