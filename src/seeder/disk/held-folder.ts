import * as fs from 'node:fs/promises';
import { basename } from 'node:path';
import { foldersBetween } from './folders-between.ts';

/** open(2) of Linux: the folder itself, also one that may not be listed; no link. Node names no O_PATH. */
const O_PATH = 0o10000000;
const HOLD_FLAGS = O_PATH | (fs.constants.O_DIRECTORY ?? 0) | (fs.constants.O_NOFOLLOW ?? 0);

/**
 * Does something to a path below a folder, by a name that stays true: each folder between is held while it is done, so that nobody can lead
 * it elsewhere by putting a symbolic link in the place of one meanwhile. Only Linux can do that; elsewhere the path is used as it is.
 * @param act gets the path to use.
 * @throws what `act` throws; ENOTDIR or ELOOP when there is a link, or no folder, between.
 */
export async function throughHeldFolders<T>(
  target: string,
  path: string,
  act: (path: string) => Promise<T>,
): Promise<T> {
  if (process.platform !== 'linux') return act(path);
  const held: fs.FileHandle[] = [];
  try {
    let place = target;
    for (const folder of foldersBetween(target, path)) {
      const handle = await fs.open(`${place}/${basename(folder)}`, HOLD_FLAGS);
      held.push(handle);
      place = `/proc/self/fd/${handle.fd}`;
    }
    return await act(`${place}/${basename(path)}`);
  } finally {
    for (const handle of held) await handle.close();
  }
}
