import * as fs from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { asSeederError, SeederError } from '../errors.ts';
import { isWithin } from '../torrents/places.ts';
import { isCopyOf, placeCopy } from './copy-file.ts';
import { isThere } from './is-there.ts';
import { occupied, requireRoom } from './prepare-files.ts';
import { renameNew } from './rename-new.ts';
import type { StoredFile } from './storage-layout.ts';
import { unwritable } from './torrent-writer.ts';

/** What is moved, and where to. */
export interface Move {
  /** Where the torrent's data lies: its file or folder. */
  readonly from: string;
  /** Where it is to lie; the folder around it has to be there. */
  readonly to: string;
  /** Where it is put together, beside `to`. */
  readonly temporary: string;
  /** Paths of the files, in or at `from`. */
  readonly paths: readonly string[];
}

/** The files of a torrent that lie on the disk below its own place, each path once. */
export function pathsOf(files: readonly StoredFile[], from: string): string[] {
  const there = files.filter(({ isPadding, parted }) => !isPadding && parted?.isAbsent !== true);
  return [...new Set(there.map(({ path }) => path))].filter((path) => isWithin(path, from));
}

/** Where a path below one folder lies when that is another one. */
export function rebased(path: string, from: string, to: string): string {
  return join(to, relative(from, path));
}

/**
 * Has the files of a move at their new place, all of them in one step, and leaves the old ones. What an earlier run brought is kept; what
 * was put in place already is found to be so.
 * @param onProgress part of the bytes, 0 to 1.
 * @returns whether they were put in place now, so that {@link takeBack} may undo it; false when they were there.
 * @throws {SeederError} ERR_STORAGE_MISSING when the folder around the new place is gone, ERR_TARGET_OCCUPIED when something else is in the
 *   new place, ERR_STORAGE_FULL, ERR_STORAGE_UNWRITABLE; the signal's reason.
 */
export async function bringFiles(
  move: Move,
  { signal, onProgress }: { readonly signal: AbortSignal; readonly onProgress: (fraction: number) => void },
): Promise<boolean> {
  const { from, to, temporary } = move;
  const folder = await fs.stat(dirname(to)).catch(() => undefined);
  if (folder?.isDirectory() !== true)
    throw new SeederError('ERR_STORAGE_MISSING', `${dirname(to)} is no folder: make it, or mount its disk`, {
      path: dirname(to),
    });
  if (isWithin(to, from)) throw occupied(to, 'lies in the torrent itself');
  if (await isThere(to)) {
    if (await isMoved(move)) return false;
    throw occupied(to, 'is there already, and is not what is to be moved there');
  }
  try {
    const paths: string[] = [];
    let total = 0;
    for (const path of move.paths) {
      const size = await sizeOf(path); // an empty file need not be there
      if (size === undefined) continue;
      paths.push(path);
      total += size;
    }
    if ((await fs.stat(from)).dev !== folder.dev) await requireRoom(to, total - (await sizeBelow(temporary)));
    let done = 0;
    const onBytes = (bytes: number): void => {
      done += bytes;
      onProgress(total === 0 ? 1 : Math.min(1, done / total));
    };
    if (paths.length === 0) await fs.mkdir(temporary, { recursive: true });
    for (const path of paths) await placeCopy(path, rebased(path, from, temporary), { signal, onBytes });
    await flushFolder(dirname(to));
    signal.throwIfAborted();
    await rename(temporary, to);
    await flushFolder(dirname(to));
    return true;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof SeederError) throw error;
    const { code } = error as NodeJS.ErrnoException; // undefined for what is no system error
    if (code === 'EEXIST' || code === 'ENOTEMPTY' || code === 'ENOTDIR')
      throw occupied(to, 'came there meanwhile');
    const { path } = error as NodeJS.ErrnoException;
    throw code === undefined ? asSeederError(error, 'ERR_STORAGE_CHANGED') : unwritable(path ?? to, error);
  }
}

/** Puts what was just put in its new place beside it again: what was not told must not be in the way of the next try. Never throws. */
export async function takeBack({ to, temporary }: Pick<Move, 'to' | 'temporary'>): Promise<void> {
  await rename(to, temporary).catch(() => {}); // then the next try finds it where it is
}

async function rename(from: string, to: string): Promise<void> {
  if ((await fs.lstat(from)).isDirectory()) await fs.rename(from, to);
  else await renameNew(from, to);
}

/** Whether all files that lie at the old place lie at the new one, too. */
async function isMoved({ from, to, paths }: Move): Promise<boolean> {
  for (const path of paths) {
    const [original, copy] = await Promise.all([statOf(path), statOf(rebased(path, from, to))]);
    if (original !== undefined && (copy === undefined || !isCopyOf(copy, original))) return false;
  }
  return true;
}

/** Removes the files of a move from their old place, and the folders that are empty then. Never throws: what stays is in nobody's way. */
export async function removeMoved({ from, paths }: Pick<Move, 'from' | 'paths'>): Promise<void> {
  const folders = new Set<string>();
  for (const path of paths) {
    await fs.rm(path, { force: true }).catch(() => {});
    for (let folder = dirname(path); isWithin(folder, from); folder = dirname(folder)) folders.add(folder);
  }
  for (const folder of [...folders].sort((a, b) => b.length - a.length))
    await fs.rmdir(folder).catch(() => {});
}

/** Removes what a move that was given up had brought. Never throws. */
export async function removeTemporary(temporary: string): Promise<void> {
  await fs.rm(temporary, { recursive: true, force: true }).catch(() => {});
}

async function statOf(path: string) {
  return fs.lstat(path, { bigint: true }).catch(() => undefined);
}

async function sizeOf(path: string): Promise<number | undefined> {
  const stats = await statOf(path);
  return stats === undefined ? undefined : Number(stats.size);
}

async function sizeBelow(path: string): Promise<number> {
  const stats = await statOf(path);
  if (stats === undefined) return 0;
  if (!stats.isDirectory()) return Number(stats.size);
  let sum = 0;
  // With their types: without them links to folders would be followed.
  for (const { parentPath, name } of await fs.readdir(path, { recursive: true, withFileTypes: true }))
    sum += (await sizeOf(join(parentPath, name))) ?? 0;
  return sum;
}

/** New names are on the disk; not every system can say so of a folder. */
async function flushFolder(path: string): Promise<void> {
  const folder = await fs.open(path, 'r').catch(() => undefined);
  await folder?.sync().catch(() => {});
  await folder?.close();
}
