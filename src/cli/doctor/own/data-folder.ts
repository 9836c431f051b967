import type { Dirent, Stats } from 'node:fs';
import { access, constants, readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';

/** The data folder as it lies on the disk. */
export interface FolderEvidence {
  readonly path: string;
  readonly exists: boolean;
  /** Files that this user cannot write, the folder itself as `.`; only looked for where the files are this user's to write. */
  readonly unwritable: readonly string[];
  /** Others than the owner can read the secret of the control API. */
  readonly isTokenOpen: boolean;
  readonly freeBytes: number | undefined;
  /** When a file in it was last changed. */
  readonly changedAt: Date | undefined;
}

/** Files that are looked at. */
const MAX_FILES = 200;
const TOKEN_FILE = 'api-token';

/** Looks at a data folder and changes nothing. Never throws. */
export async function lookAtDataFolder(path: string): Promise<FolderEvidence> {
  const [folder, entries, disk] = await Promise.all([
    stat(path).catch(() => undefined),
    readdir(path, { withFileTypes: true }).catch((): Dirent[] => []),
    statfs(path).catch(() => undefined),
  ]);
  const names = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  const files = await Promise.all(names.slice(0, MAX_FILES).map((name) => fileIn(path, name)));
  const stats = files.flatMap((file) => file.stats ?? []);
  const newest = Math.max(...stats.map(({ mtimeMs }) => mtimeMs));
  const token = files.find(({ name }) => name === TOKEN_FILE)?.stats;
  return {
    path,
    exists: folder?.isDirectory() ?? false,
    unwritable: [
      ...((await isWritable(path)) ? [] : ['.']),
      ...files.filter((file) => !file.isWritable).map(({ name }) => name),
    ],
    isTokenOpen: ((token?.mode ?? 0) & 0o077) !== 0,
    freeBytes: disk === undefined ? undefined : disk.bavail * disk.bsize,
    changedAt: stats.length === 0 ? undefined : new Date(newest),
  };
}

interface FileFacts {
  readonly name: string;
  readonly isWritable: boolean;
  readonly stats: Stats | undefined;
}

async function fileIn(folder: string, name: string): Promise<FileFacts> {
  const path = join(folder, name);
  return { name, isWritable: await isWritable(path), stats: await stat(path).catch(() => undefined) };
}

async function isWritable(path: string): Promise<boolean> {
  return access(path, constants.W_OK).then(
    () => true,
    () => false,
  );
}
