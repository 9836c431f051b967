import { changedError } from '../disk/torrent-storage.ts';
import { SeederError } from '../errors.ts';
import type { Torrent } from '../torrent.ts';
import { changedFiles, stampFiles, statOf } from './file-stamps.ts';

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

/** Whether the file that a torrent failed for is there again, with its length where all of it was there. Never rejects. */
export async function isStorageBack({
  error,
  dataPath,
  files,
  storage,
  isComplete,
}: Torrent): Promise<boolean> {
  const path = error?.path ?? dataPath;
  const length = files.find((file) => file.path === path)?.length;
  try {
    const { size } = await statOf(storage.disk, path);
    return length === undefined || !isComplete || size === BigInt(length);
  } catch {
    return false; // it is still away, or nobody can say
  }
}
