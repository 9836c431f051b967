import { type Disk, type DiskStat, systemDisk } from '../disk/disk.ts';
import { type StoredFile, sizeOnDisk } from '../disk/storage-layout.ts';
import { changedError, type FileStamp, unreadable } from '../disk/torrent-storage.ts';

/** Files that are looked at together. */
const BATCH = 16;

/** The stamp of what lies on no disk, or need not: pad files, empty ones, and those of which nothing is wanted. */
const NO_FILE: FileStamp = { size: 0, mtimeNs: 0n };

/** What has to be known of a file to look at it. */
export type StampedFile = Pick<StoredFile, 'path' | 'length' | 'isPadding' | 'parted'>;

/**
 * Looks at each file: it has to be there with the length that the torrent says. Empty files may be missing, since there is
 * nothing of them to serve.
 * @throws {SeederError} ERR_STORAGE_MISSING, _CHANGED or _UNREADABLE for the first file that is wrong; `signal`'s reason.
 */
export async function stampFiles(
  files: readonly StampedFile[],
  signal?: AbortSignal,
  disk: Disk = systemDisk,
): Promise<FileStamp[]> {
  const stamps: FileStamp[] = [];
  for (let at = 0; at < files.length; at += BATCH) {
    signal?.throwIfAborted();
    stamps.push(...(await Promise.all(files.slice(at, at + BATCH).map((file) => stampFile(file, disk)))));
  }
  return stamps;
}

async function stampFile(file: StampedFile, disk: Disk): Promise<FileStamp> {
  if (file.isPadding || file.length === 0 || file.parted?.isAbsent === true) return NO_FILE;
  const stat = await statOf(disk, file.path);
  if (!stat.isFile()) throw changedError(file.path, 'is no file');
  const size = Number(stat.size);
  if (size !== sizeOnDisk(file))
    throw changedError(file.path, `has ${size} bytes where the torrent says ${sizeOnDisk(file)}`);
  return { size, mtimeNs: stat.mtimeNs, ino: stat.ino };
}

/**
 * Looks at a path; links are followed.
 * @throws {SeederError} ERR_STORAGE_MISSING or _UNREADABLE.
 */
export function statOf(disk: Disk, path: string): Promise<DiskStat> {
  return new Promise((resolve, reject) =>
    disk.lookAt(path, (error, stat) =>
      stat === undefined ? reject(unreadable(path, error)) : resolve(stat),
    ),
  );
}

/** Indices of the files whose stamps differ. */
export function changedFiles(before: readonly FileStamp[], now: readonly FileStamp[]): number[] {
  const changed: number[] = [];
  for (const [index, stamp] of now.entries()) {
    const old = before[index];
    if (old === undefined || old.size !== stamp.size || old.mtimeNs !== stamp.mtimeNs) changed.push(index);
  }
  return changed;
}
