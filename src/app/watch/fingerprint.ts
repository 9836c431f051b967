import { createHash, type Hash } from 'node:crypto';
import { type Dirent, promises as fs } from 'node:fs';
import { join } from 'node:path';
import { isPassedOver, isTemporary } from './names.ts';

/** Files of one folder that are looked at; one with more is published by hand. */
const MAX_FILES = 1_000_000;
/** Files that are looked at together. */
const BATCH = 16;

/** What a walk has come to. */
interface Walk {
  readonly hash: Hash;
  readonly signal: AbortSignal;
  files: number;
  bytes: number;
}

/**
 * What a file or folder is like now: equal texts mean that no size and no time differ. Symbolic links are not followed, and not
 * looked at. Undefined when there is nothing in it yet, when a name in it says that it is not finished, and when it is gone.
 * @throws {Error} when it cannot be read, or has more than a million files; the signal's reason.
 */
export async function fingerprintOf(path: string, signal: AbortSignal): Promise<string | undefined> {
  const walk: Walk = { hash: createHash('sha1'), signal, files: 0, bytes: 0 };
  try {
    const stat = await fs.lstat(path, { bigint: true });
    if (stat.isFile()) await takeFile(walk, path, '');
    else if (!stat.isDirectory() || !(await takeFolders(walk, path))) return undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined; // it went while it was looked at
    throw error;
  }
  return walk.bytes === 0 ? undefined : walk.hash.digest('hex');
}

/** False when something in it is not finished. */
async function takeFolders(walk: Walk, root: string): Promise<boolean> {
  const folders = [''];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    walk.signal.throwIfAborted();
    const entries = await fs.readdir(join(root, folder), { withFileTypes: true });
    if (entries.some(({ name }) => isTemporary(name))) return false;
    const taken = entries.filter(({ name }) => !isPassedOver(name)).sort(byName);
    for (const entry of taken) if (entry.isDirectory()) folders.push(join(folder, entry.name));
    const files = taken.filter((entry) => entry.isFile()).map(({ name }) => join(folder, name));
    for (let at = 0; at < files.length; at += BATCH)
      for (const take of await Promise.all(files.slice(at, at + BATCH).map((file) => lookAt(root, file))))
        take(walk);
  }
  return true;
}

async function takeFile(walk: Walk, root: string, file: string): Promise<void> {
  (await lookAt(root, file))(walk);
}

async function lookAt(root: string, file: string): Promise<(walk: Walk) => void> {
  const { size, mtimeNs, ino } = await fs.lstat(join(root, file), { bigint: true });
  return (walk) => {
    if (++walk.files > MAX_FILES) throw new Error(`it has more than ${MAX_FILES} files: publish it by hand`);
    walk.bytes += Number(size);
    walk.hash.update(`${file}\0${size}\0${mtimeNs}\0${ino}\n`);
  };
}

function byName(a: Dirent, b: Dirent): number {
  return a.name < b.name ? -1 : 1;
}
