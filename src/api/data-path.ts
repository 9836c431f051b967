import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { Metainfo } from '../bittorrent/metainfo/metainfo.ts';
import { CatalogueError } from './catalogue-error.ts';
import { refuseOwnFolder } from './own-folder.ts';

/** A million files should not be looked at one after another. */
const FILES_AT_A_TIME = 32;

/**
 * Where a torrent's file (or folder, for several files) lies: `path` itself, or inside the folder `path` under the torrent's name.
 * Every file is looked at: it has to be there with its length. Contents are left to the check.
 * @throws {CatalogueError} ERR_DATA_MISSING or ERR_DATA_MISMATCH, naming the file.
 */
export async function dataPathFor(metainfo: Metainfo, path: string): Promise<string> {
  const { info } = metainfo;
  const given = resolve(path);
  const isFolder = await isDirectory(given);
  const isItself = info.isMultiFile
    ? isFolder && (basename(given) === info.name || !(await exists(join(given, info.name))))
    : !isFolder;
  const root = isItself ? given : join(given, info.name);
  // A link has no data of its own, wherever it leads (BEP 47).
  const files = info.files.filter((file) => !file.isPadding && file.linkTarget === undefined);
  for (let at = 0; at < files.length; at += FILES_AT_A_TIME) {
    const some = files.slice(at, at + FILES_AT_A_TIME);
    await Promise.all(some.map((file) => checkLength(join(root, ...file.path), file.length)));
  }
  return root;
}

async function checkLength(path: string, length: number): Promise<void> {
  const stats = await statsOf(path);
  if (!stats.isFile())
    throw new CatalogueError('ERR_DATA_MISMATCH', `${path} is no file, as the torrent has it`);
  if (stats.size !== length) {
    throw new CatalogueError(
      'ERR_DATA_MISMATCH',
      `${path} has ${stats.size} bytes where the torrent has ${length}: it is another file, or not complete`,
    );
  }
}

async function isDirectory(path: string): Promise<boolean> {
  return (await statsOf(path)).isDirectory();
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function statsOf(path: string): Promise<Stats> {
  try {
    return await stat(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why = code === 'ENOENT' || code === 'ENOTDIR' ? 'does not exist' : `cannot be read (${code})`;
    throw new CatalogueError('ERR_DATA_MISSING', `${path} ${why}`, { cause });
  }
}

/**
 * Where the data of a torrent lies that is to be published from `path`, null for none.
 * @throws {CatalogueError} ERR_OWN_FOLDER for the server's own folder, and as {@link dataPathFor}.
 */
export async function publishedPath(
  dataDir: string,
  metainfo: Metainfo,
  path: string | null,
): Promise<string | null> {
  if (path === null) return null;
  await refuseOwnFolder(dataDir, path);
  return dataPathFor(metainfo, path);
}
