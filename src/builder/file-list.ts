import { BuilderError, quoted } from './hashing/errors.ts';
import type { ListedFile } from './input/listed-file.ts';
import { checkGivenName, checkName } from './input/names.ts';
import { FILE_ORDERS } from './input/order.ts';
import { findRoots, type Root } from './input/roots.ts';
import { Selection } from './input/selection.ts';
import { LINK_MODES, type WalkOptions } from './input/walk-options.ts';

export type { ListedFile } from './input/listed-file.ts';

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
  /** The torrent's name; needed when there are several paths, and for the root of the file system. */
  readonly name?: string | undefined;
}

/**
 * Finds the files of a path, or of several that become one folder. A path that is a link stands for what it points to,
 * whatever `links` says, and hidden files and junk are taken when they are given themselves.
 * @throws {BuilderError} ERR_INPUT, ERR_OPTION, ERR_FILE_MISSING or ERR_FILE_UNREADABLE, naming the path.
 */
export async function listFiles(paths: readonly string[], options: ListOptions = {}): Promise<FileList> {
  const selection = new Selection(options);
  checkChoice('links', options.links, LINK_MODES);
  checkChoice('sort', options.sort, FILE_ORDERS);
  const roots = await findRoots(paths);
  const name = nameOf(roots, options.name);
  const [first] = roots as [Root]; // findRoots refuses an empty list
  const isSingleFile = roots.length === 1 && first.stats.isFile();
  const files = isSingleFile ? onlyFile(first, selection, options) : await filesBelow(roots, options);
  const length = files.reduce((sum, file) => sum + file.length, 0);
  checkContent(files, length, { path: first.absolutePath, hasPatterns: !selection.isEmpty });
  return { name, isSingleFile, files, length };
}

function checkChoice(option: string, value: string | undefined, choices: readonly string[]): void {
  if (value !== undefined && !choices.includes(value))
    throw new BuilderError(
      'ERR_OPTION',
      `${option} cannot be ${quoted(value)}: it is one of ${choices.join(', ')}`,
    );
}

function nameOf(roots: readonly Root[], given: string | undefined): string {
  const [first] = roots as [Root]; // findRoots refuses an empty list
  const name = given ?? first.name;
  if (given === undefined && roots.length > 1)
    throw new BuilderError('ERR_OPTION', 'several paths make one folder: give it a name');
  if (given === undefined && name === '')
    throw new BuilderError('ERR_OPTION', `${quoted(first.absolutePath)} has no name of its own: give one`);
  if (given === undefined) checkName(name, first.absolutePath);
  else checkGivenName(given);
  return name;
}

/** A file by itself; patterns are held against its name. */
function onlyFile(
  { absolutePath, name, stats }: Root,
  selection: Selection,
  options: ListOptions,
): ListedFile[] {
  if (selection.excludes([name]) || !(selection.takesOthers || selection.includes([name]))) return [];
  const file = { path: [], absolutePath, length: stats.size };
  const isExecutable = options.recordAttributes === true && (stats.mode & 0o100) !== 0;
  return [isExecutable ? { ...file, isExecutable } : file];
}

async function filesBelow(roots: readonly Root[], options: ListOptions): Promise<ListedFile[]> {
  const { walk } = await import('./input/walk.ts'); // with create-torrent: 25 ms that a single file does not need
  const files = await walk(roots, options);
  return options.sort === 'size' ? files.sort((a, b) => a.length - b.length) : files;
}

function checkContent(
  files: readonly ListedFile[],
  length: number,
  { path, hasPatterns }: { readonly path: string; readonly hasPatterns: boolean },
): void {
  if (files.length === 0) {
    const why = hasPatterns ? 'contains no files that the patterns leave' : 'contains no files';
    throw new BuilderError('ERR_INPUT', `${quoted(path)} ${why}`, { path });
  }
  if (length === 0)
    throw new BuilderError('ERR_INPUT', `${quoted(path)} is empty: clients refuse a torrent without data`, {
      path,
    });
  if (!Number.isSafeInteger(length))
    throw new BuilderError('ERR_INPUT', 'the files are larger than 2^53 bytes together', { path });
}
