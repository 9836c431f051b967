import { lstat, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Info } from '../../bittorrent/metainfo/metainfo.ts';
import { BuilderError, quoted, readError } from '../hashing/errors.ts';

/**
 * The file or folder that the torrent's name stands for: `path` itself, or what has that name in it.
 * @throws {BuilderError} ERR_FILE_MISSING, ERR_FILE_UNREADABLE; ERR_INPUT for a file where the torrent has a folder.
 */
export async function findRoot(info: Info, path: string): Promise<string> {
  const found = await stat(path).catch((error: unknown) => {
    throw readError(path, error);
  });
  if (!found.isDirectory()) {
    if (!info.isMultiFile) return path;
    throw new BuilderError('ERR_INPUT', `${quoted(path)} is a file, but the torrent is a folder`, { path });
  }
  const inside = join(path, info.name);
  if (!info.isMultiFile) return inside;
  const first = info.files.find((file) => !file.isPadding);
  const isHere = first === undefined || (await exists(join(path, ...first.path)));
  return !isHere && (await exists(inside)) ? inside : path;
}

function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
