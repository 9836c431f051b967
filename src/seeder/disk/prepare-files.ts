import { constants } from 'node:fs';
import * as fs from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Info } from '../../bittorrent/metainfo/metainfo.ts';
import { SeederError } from '../errors.ts';
import { foldersBetween } from './folders-between.ts';
import type { StoredFile } from './storage-layout.ts';
import { unwritable } from './torrent-writer.ts';

/** Flags of `open`: never through a link, and a FIFO must not hold a thread of the pool. Windows has neither flag. */
export const SAFE_FLAGS = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
const CREATE_FLAGS = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | SAFE_FLAGS;

/** Bytes that are read at once. */
const READ_BYTES = 1024 * 1024;

/** A file as it lies there before a download. */
export interface FoundFile {
  /** Bytes. */
  readonly size: number;
  readonly mtimeNs: bigint;
  /** Its number in the file system. */
  readonly ino: bigint;
  /** Bytes of it that have their room on the disk, as far as the file system says; the others are holes. */
  readonly allocated: number;
  /** It looks empty, or a hole as {@link makeFiles} makes it. Some file systems say so of any file. */
  readonly isHollow: boolean;
}

/** What was seen of the places of a torrent's files, by their indices. */
export interface SeenPlaces {
  readonly found: readonly (FoundFile | undefined)[];
  /** Those that we made. */
  readonly ours: ReadonlySet<number>;
  /** Makes a file that is missing, as {@link makeFile}. */
  make(file: StoredFile, index: number): Promise<void>;
}

/**
 * Looks at the places of a torrent's files: what lies there, undefined for what does not. Nothing is changed. What is in the way of a
 * file that is not wanted is as if it were not there.
 * @param dataPath the file, or the folder of the files; the folder around it has to be there.
 * @throws {SeederError} ERR_STORAGE_MISSING when it is not; ERR_TARGET_OCCUPIED when a link, a folder or a longer file is in the way.
 */
export async function lookAtPlaces(
  files: readonly StoredFile[],
  dataPath: string,
  isWanted: (index: number) => boolean = () => true,
): Promise<(FoundFile | undefined)[]> {
  const target = dirname(dataPath);
  if (!(await isFolder(target)))
    throw new SeederError('ERR_STORAGE_MISSING', `the folder ${target} is missing`, { path: target });
  const seen = new Set<string>();
  const look = async (file: StoredFile): Promise<FoundFile | undefined> => {
    for (const folder of foldersBetween(target, file.path)) {
      if (!seen.has(folder)) await lookAtFolder(folder);
      seen.add(folder);
    }
    return file.isPadding ? undefined : lookAtFile(file);
  };
  const found: (FoundFile | undefined)[] = [];
  for (const [index, file] of files.entries())
    found.push(isWanted(index) ? await look(file) : await look(file).catch(passOverOccupied));
  return found;
}

function passOverOccupied(error: unknown): undefined {
  if (!(error instanceof SeederError) || error.code !== 'ERR_TARGET_OCCUPIED') throw error;
}

/**
 * Makes each file that is missing or shorter as long as the torrent says, without writing its bytes (a sparse file); what is
 * there stays. Symbolic links of the torrent (BEP 47) are not made, nor files that are not wanted.
 * @param seen how the places were when they were looked at: what came or changed since then is somebody else's.
 * @throws {SeederError} ERR_STORAGE_FULL, ERR_STORAGE_UNWRITABLE, ERR_STORAGE_MISSING, ERR_TARGET_OCCUPIED; the signal's reason.
 */
export async function makeFiles(
  files: readonly StoredFile[],
  info: Info,
  dataPath: string,
  seen: SeenPlaces,
  signal: AbortSignal,
): Promise<void> {
  const target = dirname(dataPath);
  const made = new Set<string>([target]);
  for (const [index, file] of files.entries()) {
    if (file.isPadding || info.files[index]?.linkTarget !== undefined) continue;
    if (file.parted !== undefined) continue;
    for (const folder of foldersBetween(target, file.path)) {
      if (!made.has(folder)) await makeFolder(folder);
      made.add(folder);
    }
    signal.throwIfAborted();
    const found = seen.found[index];
    if (found === undefined) await seen.make(file, index);
    else await lengthenFile(file, seen.ours.has(index) ? undefined : found);
  }
}

/** Whether there is nothing but zeros in a file. @throws {SeederError} ERR_STORAGE_UNWRITABLE when it cannot be read. */
export async function isBlank(path: string): Promise<boolean> {
  try {
    await using file = await fs.open(path, constants.O_RDONLY | SAFE_FLAGS);
    const buffer = Buffer.alloc(READ_BYTES);
    const zeros = Buffer.alloc(READ_BYTES);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, READ_BYTES, null);
      if (bytesRead === 0) return true;
      if (buffer.compare(zeros, 0, bytesRead, 0, bytesRead) !== 0) return false;
    }
  } catch (error) {
    throw unwritable(path, error);
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

/** How a file lies in its place; undefined when it does not. @throws {SeederError} ERR_TARGET_OCCUPIED, ERR_STORAGE_UNWRITABLE. */
export async function lookAtFile({
  path,
  length,
}: Pick<StoredFile, 'path' | 'length'>): Promise<FoundFile | undefined> {
  const stats = await statOf(path);
  if (stats === undefined) return undefined;
  if (!stats.isFile()) throw occupied(path, 'is no file, as the torrent has it');
  if (stats.size > BigInt(length))
    throw occupied(path, `has ${stats.size} bytes where the torrent has ${length}`);
  const { size, mtimeNs, ino, blocks } = stats;
  const allocated = Math.min(Number(size), 512 * Number(blocks)); // POSIX: st_blocks counts 512 bytes
  return { size: Number(size), mtimeNs, ino, allocated, isHollow: await isHollow(path, stats) };
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

/** Makes a file with its length and without content; one that is blank may be there. @throws {SeederError} as {@link makeFiles}. */
export async function makeFile(file: Pick<StoredFile, 'path' | 'length'>): Promise<void> {
  const { path, length } = file;
  try {
    await using made = await fs.open(path, CREATE_FLAGS, 0o666);
    await made.truncate(length);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw unwritable(path, error);
    // An earlier check, given up meanwhile, may have made it.
    const found = await lookAtFile(file);
    if (found === undefined || !(await isBlank(path))) throw occupied(path, 'came there meanwhile');
    await lengthenFile(file, found);
  }
}

/** @param found what it has to be like, undefined for what is ours anyway. */
async function lengthenFile(
  { path, length }: Pick<StoredFile, 'path' | 'length'>,
  found: FoundFile | undefined,
): Promise<void> {
  try {
    await using file = await fs.open(path, constants.O_RDWR | SAFE_FLAGS);
    const { size, mtimeNs } = await file.stat({ bigint: true });
    if (found !== undefined && (size !== BigInt(found.size) || mtimeNs !== found.mtimeNs))
      throw occupied(path, 'was changed meanwhile');
    if (size < BigInt(length)) await file.truncate(length);
  } catch (error) {
    throw error instanceof SeederError ? error : unwritable(path, error);
  }
}
