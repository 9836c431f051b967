import * as fs from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Info } from '../../bittorrent/metainfo/metainfo.ts';
import { foldersBetween } from './folders-between.ts';
import { type StoredFile, sizeOnDisk } from './storage-layout.ts';

/** Why something of a torrent's data is still there. */
export type KeptReason =
  /** It lies behind a symbolic link, or is one where the torrent has a file. */
  | 'link'
  /** It has another length than the torrent's, or is no file: it is something else. */
  | 'other'
  /** A folder of the torrent holds what is not the torrent's. */
  | 'not-empty'
  /** The torrent never took its files up: what lies there may be anybody's. */
  | 'not-ours'
  /** The system refused. */
  | 'error';

/** Something that was not deleted. */
export interface KeptPath {
  readonly path: string;
  readonly reason: KeptReason;
  /** For people: "/srv/a is a symbolic link". */
  readonly message: string;
}

/** What came of deleting a torrent's data. */
export interface Deletion {
  readonly deletedFiles: number;
  readonly deletedBytes: number;
  /** What is still there; no more than a hundred of them are named. */
  readonly kept: readonly KeptPath[];
  readonly keptCount: number;
}

/** Paths that are named in a {@link Deletion}. */
const MAX_KEPT = 100;
/** A million files should not be deleted one after another. */
const FILES_AT_A_TIME = 32;

/**
 * Deletes the files of a torrent where they lie, and the folders that are empty then; never what lies behind a link, nor a file
 * of another length. What is missing already is passed over. Never throws: what could not be deleted is told.
 * @param dataPath the file, or the folder of the files, which goes too when it is empty; the folder around it stays.
 */
export async function deleteFiles(
  files: readonly StoredFile[],
  info: Info,
  dataPath: string,
): Promise<Deletion> {
  const deleting = new FilesDeletion(dirname(dataPath));
  for (let at = 0; at < files.length; at += FILES_AT_A_TIME) {
    const some = files.slice(at, at + FILES_AT_A_TIME);
    await Promise.all(
      some.map((file, index) => deleting.delete(file, info.files[at + index]?.linkTarget !== undefined)),
    );
  }
  await deleting.deleteFolders();
  return deleting.result();
}

class FilesDeletion {
  /** Nothing of it and above it is touched. */
  readonly #target: string;
  /** Folders of the torrent, and what is wrong with each. */
  readonly #folders = new Map<string, Promise<FolderProblem>>();
  readonly #kept: KeptPath[] = [];
  #keptCount = 0;
  #deletedFiles = 0;
  #deletedBytes = 0;

  constructor(target: string) {
    this.#target = target;
  }

  /** @param isLink the torrent has a symbolic link there (BEP 47), which is deleted, and not what it points to. */
  async delete(file: StoredFile, isLink: boolean): Promise<void> {
    const { path, isPadding } = file;
    if (isPadding) return;
    const length = sizeOnDisk(file);
    try {
      for (const folder of foldersBetween(this.#target, path)) {
        const problem = await this.#look(folder);
        if (problem !== undefined) return;
      }
      const stats = await fs.lstat(path);
      if (stats.isSymbolicLink() && !isLink) return this.#keep(path, 'link', 'is a symbolic link');
      if (!stats.isSymbolicLink() && !stats.isFile())
        return this.#keep(path, 'other', 'is no file, as the torrent has it');
      if (stats.isFile() && stats.size !== length)
        return this.#keep(path, 'other', `has ${stats.size} bytes where the torrent has ${length}`);
      await fs.unlink(path);
      this.#deletedFiles++;
      this.#deletedBytes += stats.isFile() && file.parted === undefined ? length : 0; // a part file is sparse
    } catch (error) {
      this.#failed(path, error);
    }
  }

  /** The innermost first. */
  async deleteFolders(): Promise<void> {
    const folders = [...this.#folders.keys()].sort((a, b) => b.length - a.length);
    for (const folder of folders) {
      if ((await this.#folders.get(folder)) !== undefined) continue;
      await fs.rmdir(folder).catch((error: unknown) => this.#failed(folder, error));
    }
  }

  result(): Deletion {
    return {
      deletedFiles: this.#deletedFiles,
      deletedBytes: this.#deletedBytes,
      kept: this.#kept,
      keptCount: this.#keptCount,
    };
  }

  /** Whether a folder can be gone through, looked at once; a problem is told once. */
  #look(folder: string): Promise<FolderProblem> {
    const known = this.#folders.get(folder);
    if (known !== undefined) return known;
    const look = lookAtFolder(folder).then((problem) => {
      if (problem !== undefined && problem !== 'gone') this.#note(problem);
      return problem;
    });
    this.#folders.set(folder, look);
    return look;
  }

  #failed(path: string, error: unknown): void {
    const { code, message } = error as NodeJS.ErrnoException; // the file system throws nothing else
    if (isGone(code)) return;
    if (code === 'ENOTEMPTY' || code === 'EEXIST')
      return this.#keep(path, 'not-empty', "holds what is not the torrent's");
    this.#keep(path, 'error', `cannot be deleted: ${message}`);
  }

  #keep(path: string, reason: KeptReason, what: string): void {
    this.#note({ path, reason, message: `${path} ${what}` });
  }

  #note(kept: KeptPath): void {
    this.#keptCount++;
    if (this.#kept.length < MAX_KEPT) this.#kept.push(kept);
  }
}

/** Why a folder cannot be gone through; undefined when it can. */
type FolderProblem = KeptPath | 'gone' | undefined;

async function lookAtFolder(path: string): Promise<FolderProblem> {
  try {
    const stats = await fs.lstat(path);
    if (stats.isDirectory()) return undefined;
    return stats.isSymbolicLink()
      ? { path, reason: 'link', message: `${path} is a symbolic link` }
      : { path, reason: 'other', message: `${path} is no folder, as the torrent has it` };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException; // lstat throws nothing else
    return isGone(code)
      ? 'gone'
      : { path, reason: 'error', message: `${path} cannot be looked at: ${message}` };
  }
}

function isGone(code: string | undefined): boolean {
  return code === 'ENOENT' || code === 'ENOTDIR';
}
