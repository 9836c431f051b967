import { alignFiles } from '../../bittorrent/metainfo/align-files.ts';
import { type FileList, listFiles } from '../file-list.ts';
import { BuilderError } from '../hashing/errors.ts';
import type { ListedFile } from '../input/listed-file.ts';
import type { CreateTorrentOptions } from '../options.ts';
import { choosePieceLength } from '../piece-length.ts';
import { type PlannedFile, planOf, type TorrentPlan } from './layout.ts';
import { planOfReused } from './reuse.ts';

/**
 * Finds the files of paths and lays them out, as {@link createTorrent} will hash them.
 * @throws {BuilderError} ERR_OPTION, ERR_INPUT, ERR_FILE_MISSING, ERR_FILE_UNREADABLE, ERR_REUSE.
 */
export async function planTorrent(
  paths: readonly string[],
  options: CreateTorrentOptions,
): Promise<TorrentPlan> {
  const { version = 'v1', sort, reuse } = options;
  if (version !== 'v1' && sort !== undefined && sort !== 'tree')
    throw new BuilderError(
      'ERR_OPTION',
      `the order "${sort}" is for v1: ${version} has that of its file tree`,
    );
  const list = await listFiles(paths, {
    ...options,
    sort: version === 'v1' ? sort : 'tree',
    recordAttributes: options.attributes ?? version !== 'v1',
  });
  return reuse === undefined ? planOfList(list, options) : planOfReused(list, reuse, options);
}

function planOfList(list: FileList, options: CreateTorrentOptions): TorrentPlan {
  const { version = 'v1' } = options;
  const pieceLength = choosePieceLength(options.pieceLength, list.length);
  const files = version === 'v1' ? inARow(list.files) : alignFiles(list.files, pieceLength, version);
  return planOf(files, { version, name: list.name, pieceLength });
}

function inARow(files: readonly ListedFile[]): PlannedFile[] {
  let offset = 0;
  return files.map((file) => {
    const placed = { ...file, offset };
    offset += file.length;
    return placed;
  });
}
