import type { Stats } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { BuilderError, quoted, readError, systemCode } from '../hashing/errors.ts';

/** A path that was given: a file, or a folder. A link stands for what it points to, under its own name. */
export interface Root {
  readonly absolutePath: string;
  /** Its own name; empty for the root of the file system. */
  readonly name: string;
  readonly stats: Stats;
}

/** Paths that one torrent may be made of. */
const MAX_PATHS = 100_000;

/**
 * Looks up the paths, in their order.
 * @throws {BuilderError} ERR_OPTION for no path or an empty one; ERR_INPUT for what is no file or folder, and for paths of which
 *   two are the same, lie one in the other, or have the same name; ERR_FILE_MISSING, ERR_FILE_UNREADABLE.
 */
export async function findRoots(paths: readonly string[]): Promise<Root[]> {
  if (paths.length === 0) throw new BuilderError('ERR_OPTION', 'no path was given');
  if (paths.length > MAX_PATHS)
    throw new BuilderError('ERR_OPTION', `there are more than ${MAX_PATHS} paths`);
  const roots: Root[] = [];
  for (const path of paths) roots.push(await findRoot(path));
  refuseOverlaps(roots);
  return roots;
}

async function findRoot(path: string): Promise<Root> {
  if (path === '') throw new BuilderError('ERR_OPTION', 'a path is empty');
  try {
    const absolutePath = await absolute(path);
    const stats = await stat(absolutePath);
    if (!stats.isFile() && !stats.isDirectory())
      throw new BuilderError(
        'ERR_INPUT',
        `${quoted(path)} is ${kindOf(stats)}, neither a file nor a folder`,
        {
          path,
        },
      );
    return { absolutePath, name: basename(absolutePath), stats };
  } catch (error) {
    if (error instanceof BuilderError) throw error;
    // Node.js puts U+FFFD where the arguments and the working directory are not UTF-8.
    if (systemCode(error) === 'ENOENT' && resolve(path).includes('\ufffd'))
      throw new BuilderError(
        'ERR_INPUT',
        `${quoted(path)} does not exist; if its name is not UTF-8, rename it: no torrent can hold such a name`,
        { path, cause: error },
      );
    throw readError(path, error);
  }
}

/** Behind a link, `..` is the folder above what it points to, as for the system; `resolve` would just drop the link's name. */
async function absolute(path: string): Promise<string> {
  const names = path.split(sep).filter((name) => name !== '' && name !== '.');
  if (!names.includes('..')) return resolve(path);
  if (names.at(-1) === '..') return realpath(path);
  return join(await realpath(dirname(path)), basename(path));
}

function kindOf(stats: Stats): string {
  if (stats.isFIFO()) return 'a named pipe';
  if (stats.isSocket()) return 'a socket';
  return 'a device';
}

function refuseOverlaps(roots: readonly Root[]): void {
  const byPath = new Map<string, Root>();
  const byName = new Map<string, Root>();
  for (const root of roots) {
    const { absolutePath: path, name } = root;
    if (byPath.has(path)) throw new BuilderError('ERR_INPUT', `${quoted(path)} is given twice`, { path });
    const other = byName.get(name);
    if (other !== undefined)
      throw new BuilderError(
        'ERR_INPUT',
        `${quoted(other.absolutePath)} and ${quoted(path)} would both become ${quoted(name)} in the torrent`,
        { path },
      );
    byPath.set(path, root);
    byName.set(name, root);
  }
  for (const { absolutePath: path } of roots)
    for (let above = dirname(path); byPath.size > 1; above = dirname(above)) {
      if (byPath.has(above) && above !== path)
        throw new BuilderError('ERR_INPUT', `${quoted(path)} lies in ${quoted(above)}, which is given too`, {
          path,
        });
      if (above === dirname(above)) break;
    }
}
