import type { Dirent, Stats } from 'node:fs';
import { readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { BuilderError, readError } from '../hashing/errors.ts';
import { FolderNode } from './folder-node.ts';
import { isJunk } from './junk.ts';
import { danglingLink, keptTarget, type PlacedRoot, refuseBrokenLinks } from './links.ts';
import type { ListedFile } from './listed-file.ts';
import { checkName, refuseForeignNames } from './names.ts';
import { type SortKey, sortKeyOf } from './order.ts';
import type { Root } from './roots.ts';
import { Selection } from './selection.ts';
import { statAll } from './stat-all.ts';
import type { WalkOptions } from './walk-options.ts';

/** Files and folders that are walked: links can multiply them. How many a torrent can list is looked at when all are known. */
const MAX_FILES = 1_000_000;
const MAX_FOLDERS = 1_000_000;
/** Folders that are read at the same time, and files that are looked up, before `signal` is asked again. */
const FOLDERS_AT_A_TIME = 16;
const FILES_AT_A_TIME = 1000;

/**
 * The files below the paths, in the order asked for (`size` is left to the caller). Those of a single folder have their paths
 * below it; of several paths, behind the name of each. Junk, sockets, FIFOs and devices are left out.
 * @throws {BuilderError} ERR_INPUT for a name that no torrent can hold, links in a circle, a link that cannot be kept, or too
 *   many files; ERR_OPTION for a broken pattern; ERR_FILE_UNREADABLE, ERR_FILE_MISSING for a folder or file that cannot be
 *   read and a link that leads to nothing.
 */
export async function walk(roots: readonly Root[], options: WalkOptions): Promise<ListedFile[]> {
  const files = await new Walk(roots, options).run();
  refuseBrokenLinks(files);
  return files;
}

/** An entry of a folder that goes into the torrent, as far as its name says. */
interface Candidate {
  readonly name: string;
  readonly absolutePath: string;
  readonly path: readonly string[];
  readonly isLink: boolean;
  /** A file that nothing asks for is left out; a folder can still hold some that are asked for. */
  readonly isIncluded: boolean;
}

class Walk {
  readonly #roots: readonly (PlacedRoot & Root)[];
  readonly #options: WalkOptions;
  readonly #selection: Selection;
  readonly #keyOf: SortKey;
  readonly #unread: FolderNode[] = [];
  #files = 0;
  #folders = 0;

  constructor(roots: readonly Root[], options: WalkOptions) {
    this.#roots = roots.map((root) => ({ ...root, path: roots.length > 1 ? [root.name] : [] }));
    this.#options = options;
    this.#selection = new Selection(options);
    this.#keyOf = sortKeyOf(options.sort ?? 'path');
  }

  async run(): Promise<ListedFile[]> {
    const top = new FolderNode({
      absolutePath: '',
      realPath: '',
      path: [],
      isIncluded: this.#selection.takesOthers,
    });
    for (const root of this.#roots) await this.#addRoot(top, root);
    if (this.#options.sort !== 'given') top.sort();
    while (this.#unread.length > 0) {
      this.#options.signal?.throwIfAborted();
      // All of them, even after a failure: nothing runs on when this ends.
      const folders = this.#unread.splice(-FOLDERS_AT_A_TIME);
      const read = await Promise.allSettled(folders.map((folder) => this.#read(folder)));
      for (const result of read) if (result.status === 'rejected') throw result.reason;
    }
    return top.files();
  }

  async #addRoot(top: FolderNode, { absolutePath, path, name, stats }: PlacedRoot & Root): Promise<void> {
    if (path.length > 0) checkName(name, absolutePath);
    if (path.length > 0 && this.#selection.excludes(path)) return;
    const isIncluded = top.isIncluded || (path.length > 0 && this.#selection.includes(path));
    const candidate = { name, absolutePath, path, isLink: true, isIncluded };
    await this.#addFound(top, candidate, stats);
  }

  async #read(folder: FolderNode): Promise<void> {
    const entries = await attempt(folder.absolutePath, () =>
      readdir(folder.absolutePath, { withFileTypes: true }),
    );
    const files: Candidate[] = [];
    const names: string[] = [];
    for (const entry of entries) {
      const candidate = this.#candidate(folder, entry);
      if (candidate === undefined) continue;
      names.push(entry.name);
      if (entry.isDirectory()) this.#addFolder(folder, candidate, join(folder.realPath, entry.name));
      else files.push(candidate);
    }
    await refuseForeignNames(names, folder.absolutePath);
    for (let start = 0; start < files.length; start += FILES_AT_A_TIME)
      await this.#lookUp(folder, files.slice(start, start + FILES_AT_A_TIME));
    folder.sort();
  }

  #candidate(folder: FolderNode, entry: Dirent): Candidate | undefined {
    const { name } = entry;
    const isLink = entry.isSymbolicLink();
    if (!isLink && !entry.isFile() && !entry.isDirectory()) return undefined;
    if (isLink && this.#options.links === 'skip') return undefined;
    if (isJunk(name) || (name.startsWith('.') && this.#options.includeHidden !== true)) return undefined;
    const path = [...folder.path, name];
    if (this.#selection.excludes(path)) return undefined;
    const isIncluded = folder.isIncluded || this.#selection.includes(path);
    if (!isIncluded && entry.isFile()) return undefined;
    const absolutePath = join(folder.absolutePath, name);
    checkName(name, absolutePath);
    return { name, absolutePath, path, isLink, isIncluded };
  }

  /** Adds what are files and links by the words of the folder, as they turn out to be. */
  async #lookUp(folder: FolderNode, candidates: readonly Candidate[]): Promise<void> {
    this.#options.signal?.throwIfAborted();
    const found = await statAll(candidates.map((candidate) => candidate.absolutePath));
    for (const [index, candidate] of candidates.entries()) {
      const stats = found[index] as Stats | Error; // statAll gives an answer a path
      if (candidate.isLink && this.#options.links === 'keep') await this.#addLink(folder, candidate);
      else if (!(stats instanceof Error)) await this.#addFound(folder, candidate, stats);
      else if (!candidate.isLink) throw readError(candidate.absolutePath, stats);
      else if (candidate.isIncluded) throw danglingLink(candidate.absolutePath, stats);
    }
  }

  async #addFound(folder: FolderNode, candidate: Candidate, stats: Stats): Promise<void> {
    const { absolutePath, path, isLink, isIncluded } = candidate;
    if (stats.isDirectory() && isLink)
      this.#addFolder(folder, candidate, await attempt(absolutePath, () => realpath(absolutePath)));
    else if (stats.isFile() && isIncluded) {
      const file = { path, absolutePath, length: stats.size };
      const isExecutable = this.#options.recordAttributes === true && (stats.mode & 0o100) !== 0;
      this.#addFile(folder, candidate, isExecutable ? { ...file, isExecutable } : file);
    }
  }

  async #addLink(folder: FolderNode, candidate: Candidate): Promise<void> {
    const { absolutePath, path, isIncluded } = candidate;
    if (!isIncluded) return;
    const linkTarget = await keptTarget(absolutePath, this.#roots);
    this.#addFile(folder, candidate, { path, absolutePath, length: 0, linkTarget });
  }

  #addFile(folder: FolderNode, { name }: Candidate, file: ListedFile): void {
    if (++this.#files > MAX_FILES)
      throw new BuilderError('ERR_INPUT', `there are more than ${MAX_FILES} files`, {
        path: folder.absolutePath,
      });
    folder.add(this.#keyOf(name, false), file);
  }

  #addFolder(above: FolderNode, candidate: Candidate, realPath: string): void {
    const { absolutePath, name, path, isIncluded } = candidate;
    if (++this.#folders > MAX_FOLDERS)
      throw new BuilderError('ERR_INPUT', `there are more than ${MAX_FOLDERS} folders`, {
        path: absolutePath,
      });
    const folder = new FolderNode({ absolutePath, realPath, path, isIncluded, above });
    above.add(this.#keyOf(name, true), folder);
    this.#unread.push(folder);
  }
}

async function attempt<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw readError(path, error);
  }
}
