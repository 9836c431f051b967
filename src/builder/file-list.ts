import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { ParsedFile } from 'create-torrent';
import { BuilderError, quoted, readError } from './hashing/errors.ts';
import { checkName, comparePaths } from './names.ts';
import type { FoundFile, WalkOptions } from './walk.ts';

/** A file that goes into a torrent. */
export interface ListedFile extends FoundFile {
  /** Bytes. */
  readonly length: number;
}

/** What a torrent will hold, in its order. */
export interface FileList {
  /** The file's or folder's own name, or the name given. */
  readonly name: string;
  /** Whether it is one file without a folder around it; its `path` is empty then. */
  readonly isSingleFile: boolean;
  readonly files: readonly ListedFile[];
  /** Bytes of all files. */
  readonly length: number;
}

/** Options of {@link listFiles}. */
export interface ListOptions extends WalkOptions {
  /** The torrent's name; needed when there are several paths. */
  readonly name?: string | undefined;
}

/**
 * Finds the files of a path, or of several that become one folder.
 * @throws {BuilderError} ERR_INPUT, ERR_OPTION, ERR_FILE_MISSING or ERR_FILE_UNREADABLE, naming the path.
 */
export async function listFiles(paths: readonly string[], options: ListOptions): Promise<FileList> {
  const roots = paths.map((path) => resolve(path));
  const [first] = roots;
  if (first === undefined) throw new BuilderError('ERR_OPTION', 'no path was given');
  if (roots.length > 1 && options.name === undefined)
    throw new BuilderError('ERR_OPTION', 'several paths make one folder: give it a name');
  const name = options.name ?? basename(first);
  checkName(name, options.name ?? first);
  const kinds = await Promise.all(roots.map(statOf));
  const [kind] = kinds;
  const isSingleFile = roots.length === 1 && kind?.isFile() === true;
  const files = isSingleFile
    ? [{ absolutePath: first, path: [], length: kind.size }]
    : await filesOf(
        roots.map((path, index) => ({ path, isFolder: kinds[index]?.isDirectory() === true })),
        options,
      );
  const length = files.reduce((sum, file) => sum + file.length, 0);
  checkContent(files, length, first);
  return { name, isSingleFile, files, length };
}

/** A path that was given. */
interface Root {
  readonly path: string;
  readonly isFolder: boolean;
}

/** The files of one folder, or of several paths under their own names, in order. */
async function filesOf(roots: readonly Root[], options: WalkOptions): Promise<ListedFile[]> {
  const { walkFolder } = await import('./walk.ts'); // with create-torrent: 25 ms that a single file does not need
  const found: FoundFile[] = [];
  for (const { path, isFolder } of roots) {
    const prefix = roots.length > 1 ? [basename(path)] : [];
    const inside = isFolder ? await walkFolder(path, options) : [{ absolutePath: path, path: [] }];
    for (const file of inside) found.push({ ...file, path: [...prefix, ...file.path] });
  }
  const files = await withLengths(found, options.signal);
  return files.sort((a, b) => comparePaths(a.path, b.path));
}

async function statOf(path: string): Promise<Stats> {
  const found = await stat(path).catch((error: unknown) => {
    throw readError(path, error);
  });
  if (!found.isFile() && !found.isDirectory())
    throw new BuilderError('ERR_INPUT', `${quoted(path)} is neither a file nor a folder`, { path });
  return found;
}

/** Paths that are looked up at a time. */
const BATCH = 1000;

async function withLengths(
  found: readonly FoundFile[],
  signal: AbortSignal | undefined,
): Promise<ListedFile[]> {
  const files: ListedFile[] = [];
  for (let start = 0; start < found.length; start += BATCH) {
    signal?.throwIfAborted();
    const batch = found.slice(start, start + BATCH);
    const parsed = await parse(batch.map((file) => file.absolutePath));
    for (const [index, file] of batch.entries()) files.push({ ...file, length: parsed[index]?.length ?? 0 });
  }
  return files;
}

/** The files behind the paths, in their order. */
async function parse(paths: readonly string[]): Promise<readonly ParsedFile[]> {
  const { parseInput } = await import('create-torrent');
  return new Promise((done, fail) => {
    parseInput(paths, {}, (error, files) => {
      if (error !== null) fail(readError('path' in error ? String(error.path) : (paths[0] ?? ''), error));
      else done(files);
    });
  });
}

function checkContent(files: readonly ListedFile[], length: number, path: string): void {
  if (files.length === 0) throw new BuilderError('ERR_INPUT', `${quoted(path)} contains no files`, { path });
  if (length === 0)
    throw new BuilderError('ERR_INPUT', `${quoted(path)} is empty: clients refuse a torrent without data`, {
      path,
    });
  if (!Number.isSafeInteger(length))
    throw new BuilderError('ERR_INPUT', 'the files are larger than 2^53 bytes together', { path });
  for (const [index, file] of files.entries())
    if (index > 0 && comparePaths(files[index - 1]?.path ?? [], file.path) === 0)
      throw new BuilderError(
        'ERR_INPUT',
        `two of the paths would both become ${quoted(file.path.join('/'))}`,
        {
          path: file.absolutePath,
        },
      );
}
