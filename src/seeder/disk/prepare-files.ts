import { constants } from 'node:fs';
import * as fs from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import type { Info } from '../../bittorrent/metainfo/metainfo.ts';
import { SeederError } from '../errors.ts';
import type { StoredFile } from './storage-layout.ts';
import { unwritable } from './torrent-writer.ts';

/** Never through a link, and a FIFO must not hold a thread of the pool. Windows has neither flag. */
const CREATE_FLAGS =
  constants.O_RDWR | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** A file as it lies there before a download. */
export interface FoundFile {
  /** Bytes. */
  readonly size: number;
  readonly mtimeNs: bigint;
  /** There is nothing in it but zeros that were never written: it is empty, or a hole as {@link makeFiles} makes it. */
  readonly isHollow: boolean;
}

/**
 * Looks at the places of a torrent's files: what lies there, undefined for what does not. Nothing is changed.
 * @param dataPath the file, or the folder of the files; the folder around it has to be there.
 * @throws {SeederError} ERR_STORAGE_MISSING when it is not; ERR_TARGET_OCCUPIED when a link, a folder or a longer file is in the way.
 */
export async function lookAtPlaces(
  files: readonly StoredFile[],
  dataPath: string,
): Promise<(FoundFile | undefined)[]> {
  const target = dirname(dataPath);
  if (!(await isFolder(target)))
    throw new SeederError('ERR_STORAGE_MISSING', `the folder ${target} is missing`, { path: target });
  const seen = new Set<string>();
  const found: (FoundFile | undefined)[] = [];
  for (const file of files) {
    for (const folder of foldersBetween(target, file.path)) if (!seen.has(folder)) await lookAtFolder(folder);
    for (const folder of foldersBetween(target, file.path)) seen.add(folder);
    found.push(file.isPadding ? undefined : await lookAtFile(file));
  }
  return found;
}

/**
 * Makes each file that is missing or shorter as long as the torrent says, without writing its bytes (a sparse file); what is
 * there stays. Symbolic links of the torrent (BEP 47) are not made.
 * @throws {SeederError} ERR_STORAGE_FULL, ERR_STORAGE_UNWRITABLE.
 */
export async function makeFiles(files: readonly StoredFile[], info: Info, dataPath: string): Promise<void> {
  const target = dirname(dataPath);
  const made = new Set<string>([target]);
  for (const [index, file] of files.entries()) {
    if (file.isPadding || info.files[index]?.linkTarget !== undefined) continue;
    for (const folder of foldersBetween(target, file.path)) {
      if (!made.has(folder)) await makeFolder(folder);
      made.add(folder);
    }
    await makeFile(file);
  }
}

/**
 * Whether the disk has room for so many bytes more, as far as it says.
 * @throws {SeederError} ERR_STORAGE_FULL.
 */
export async function requireRoom(dataPath: string, bytes: number): Promise<void> {
  const target = dirname(dataPath);
  const { bavail, bsize } = await fs.statfs(target).catch((error: unknown) => {
    throw unwritable(target, error);
  });
  if (bavail * bsize >= bytes) return;
  throw new SeederError(
    'ERR_STORAGE_FULL',
    `the disk of ${target} has ${bavail * bsize} bytes left, and the torrent needs ${bytes} more`,
    { path: target },
  );
}

/** The folders below `target` in which the file lies, outermost first. */
function foldersBetween(target: string, path: string): string[] {
  const names = relative(target, dirname(path))
    .split(sep)
    .filter((name) => name !== '');
  return names.map((_name, at) => join(target, ...names.slice(0, at + 1)));
}

async function isFolder(path: string): Promise<boolean> {
  return fs.stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}

async function lookAtFolder(path: string): Promise<void> {
  const stats = await statOf(path);
  if (stats === undefined || stats.isDirectory()) return;
  throw occupied(path, 'is no folder, as the torrent has it');
}

async function lookAtFile({ path, length }: StoredFile): Promise<FoundFile | undefined> {
  const stats = await statOf(path);
  if (stats === undefined) return undefined;
  if (!stats.isFile()) throw occupied(path, 'is no file, as the torrent has it');
  if (stats.size > BigInt(length))
    throw occupied(path, `has ${stats.size} bytes where the torrent has ${length}`);
  return { size: Number(stats.size), mtimeNs: stats.mtimeNs, isHollow: await isHollow(path, stats) };
}

/** Some file systems keep what fits in no block of its own: so small a file is read. */
const SMALL_BYTES = 4096n;

async function isHollow(path: string, { size, blocks }: { size: bigint; blocks: bigint }): Promise<boolean> {
  if (size === 0n) return true;
  if (blocks > 0n) return false;
  if (size > SMALL_BYTES) return true;
  const bytes = await fs.readFile(path).catch((error: unknown) => {
    throw unwritable(path, error);
  });
  return bytes.every((byte) => byte === 0);
}

/** The error for a place that something else has. */
export function occupied(path: string, what: string): SeederError {
  return new SeederError('ERR_TARGET_OCCUPIED', `${path} ${what}: move it away, or choose another folder`, {
    path,
  });
}

async function statOf(path: string): Promise<Awaited<ReturnType<typeof bigStat>> | undefined> {
  try {
    return await bigStat(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException; // lstat throws nothing else
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw unwritable(path, error);
  }
}

function bigStat(path: string) {
  return fs.lstat(path, { bigint: true });
}

async function makeFolder(path: string): Promise<void> {
  try {
    await fs.mkdir(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw unwritable(path, error);
    await lookAtFolder(path); // a link could have been put there meanwhile
  }
}

async function makeFile({ path, length }: StoredFile): Promise<void> {
  try {
    await using file = await fs.open(path, CREATE_FLAGS, 0o666);
    const { size } = await file.stat();
    if (size < length) await file.truncate(length);
  } catch (error) {
    throw unwritable(path, error);
  }
}
