import { isUtf8 } from 'node:buffer';
import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BuilderError, quoted, readError, systemCode } from './hashing/errors.ts';
import { isJunk } from './junk.ts';
import { checkName } from './names.ts';

/** How a folder is walked. */
export interface WalkOptions {
  /** Symbolic links stand for what they point to; otherwise they are left out. */
  readonly followLinks: boolean;
  /** Takes names that begin with a dot too. */
  readonly includeHidden: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** A file that was found: where it is, and its path below the folder that was walked. */
export interface FoundFile {
  readonly absolutePath: string;
  readonly path: readonly string[];
}

/** Files that a torrent may list (the parser refuses more), and folders that are walked: links can multiply them. */
const MAX_FILES = 1_000_000;
const MAX_FOLDERS = 1_000_000;
const MAX_DEPTH = 100;

/**
 * The files below a folder, in no order. Junk, sockets, FIFOs and devices are left out.
 * @throws {BuilderError} ERR_INPUT for a name that no torrent can hold, links in a circle, or too many files;
 *   ERR_FILE_UNREADABLE, ERR_FILE_MISSING for a folder that cannot be read and a link that points nowhere.
 */
export async function walkFolder(folder: string, options: WalkOptions): Promise<FoundFile[]> {
  const walk = new Walk(options);
  await walk.enter(folder, [], []);
  return walk.files;
}

class Walk {
  readonly files: FoundFile[] = [];
  readonly #options: WalkOptions;
  #folders = 0;

  constructor(options: WalkOptions) {
    this.#options = options;
  }

  /** Takes in a folder. `above` are the real paths of the folders it lies in, to notice a circle. */
  async enter(folder: string, path: readonly string[], above: readonly string[]): Promise<void> {
    this.#options.signal?.throwIfAborted();
    if (path.length >= MAX_DEPTH)
      throw new BuilderError('ERR_INPUT', `${quoted(folder)} lies deeper than ${MAX_DEPTH} folders`, {
        path: folder,
      });
    if (++this.#folders > MAX_FOLDERS)
      throw new BuilderError('ERR_INPUT', `there are more than ${MAX_FOLDERS} folders`, { path: folder });
    const real = await attempt(folder, () => realpath(folder));
    if (above.includes(real))
      throw new BuilderError('ERR_INPUT', `${quoted(folder)} is a link to a folder that contains it`, {
        path: folder,
      });
    for (const entry of await attempt(folder, () =>
      readdir(folder, { withFileTypes: true, encoding: 'buffer' }),
    ))
      await this.#take(folder, entry, path, [...above, real]);
  }

  async #take(
    folder: string,
    entry: Dirent<Buffer>,
    path: readonly string[],
    above: readonly string[],
  ): Promise<void> {
    const name = entry.name.toString('utf8');
    if (isJunk(name) || (name.startsWith('.') && !this.#options.includeHidden)) return;
    const absolutePath = join(folder, name);
    const kind = entry.isSymbolicLink() ? await this.#kindOfLink(absolutePath) : kindOf(entry);
    if (kind === 'other') return;
    if (!isUtf8(entry.name))
      throw new BuilderError(
        'ERR_INPUT',
        `the name ${quoted(name)} in ${quoted(folder)} is not UTF-8: rename it`,
        {
          path: absolutePath,
        },
      );
    checkName(name, absolutePath);
    if (kind === 'folder') return this.enter(absolutePath, [...path, name], above);
    if (this.files.length === MAX_FILES)
      throw new BuilderError('ERR_INPUT', `there are more than ${MAX_FILES} files`, { path: folder });
    this.files.push({ absolutePath, path: [...path, name] });
  }

  async #kindOfLink(path: string): Promise<Kind> {
    if (!this.#options.followLinks) return 'other';
    try {
      return kindOf(await stat(path));
    } catch (error) {
      const code = systemCode(error);
      if (code === 'ENOENT' || code === 'ELOOP')
        throw new BuilderError('ERR_FILE_MISSING', `the link ${quoted(path)} points to nothing`, {
          path,
          cause: error,
        });
      throw readError(path, error);
    }
  }
}

type Kind = 'file' | 'folder' | 'other';

function kindOf(entry: { isFile(): boolean; isDirectory(): boolean }): Kind {
  if (entry.isFile()) return 'file';
  return entry.isDirectory() ? 'folder' : 'other';
}

async function attempt<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw readError(path, error);
  }
}
