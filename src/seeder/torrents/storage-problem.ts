import { sizeOnDisk } from '../disk/storage-layout.ts';
import { changedError } from '../disk/torrent-storage.ts';
import { SeederError } from '../errors.ts';
import type { Torrent } from '../torrent.ts';
import { changedFiles, stampFiles, statOf } from './file-stamps.ts';
import { isWithin } from './places.ts';

/**
 * What is wrong with the files of a torrent, by a look at each: missing, of another length, or not what they were when they were
 * checked (while they are being written, nobody can say that); undefined when nothing is.
 */
export async function storageProblem(torrent: Torrent): Promise<SeederError | undefined> {
  const { stamps } = torrent.storage;
  try {
    const now = await stampFiles(torrent.files, undefined, torrent.storage.disk);
    const [changed] = stamps === undefined ? [] : changedFiles(stamps, now);
    const path = changed === undefined ? undefined : torrent.files[changed]?.path;
    return path === undefined ? undefined : changedError(path, 'was changed after it was checked');
  } catch (error) {
    if (error instanceof SeederError) return error;
    throw error;
  }
}

/**
 * Whether the file that a torrent failed for is there again, with its length where all of it was there; its data, when that has been moved
 * or renamed since. Never rejects.
 */
export async function isStorageBack({
  error,
  dataPath,
  files,
  storage,
  isComplete,
}: Torrent): Promise<boolean> {
  const file = files.find(({ path }) => path === error?.path);
  const isAround = error?.path !== undefined && isWithin(dataPath, error.path); // the folder that it needs
  const path = file !== undefined || isAround ? (error?.path ?? dataPath) : dataPath;
  try {
    const { size } = await statOf(storage.disk, path);
    return file === undefined || !isComplete || size === BigInt(sizeOnDisk(file));
  } catch {
    return false; // it is still away, or nobody can say
  }
}
