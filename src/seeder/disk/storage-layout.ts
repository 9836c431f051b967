import { join } from 'node:path';
import type { Info } from '../../bittorrent/metainfo/metainfo.ts';

/** A file of a torrent where it lies on disk. */
export interface StoredFile {
  readonly path: string;
  /** Bytes. */
  readonly length: number;
  /** Where its first byte lies in the torrent's data. */
  readonly offset: number;
  /** Zeros that are in the hashes and nowhere else (BEP 47). */
  readonly isPadding: boolean;
  /**
   * Set for a file that is not wanted: `path` is the torrent's part file, and this is where its bytes begin there. Of it there
   * are only those that pieces of wanted files brought along.
   */
  readonly parted?: PartedPlace;
  /** Set while it is not complete and bears another name: the one that it is to have. */
  readonly finalPath?: string;
}

/** Where the bytes of a file lie in a part file, see `part-file.ts`. */
export interface PartedPlace {
  /** Byte of the part file. */
  readonly start: number;
  /** Bytes of the part file. */
  readonly size: number;
  /** There is no part file: nothing is kept of the file, and nothing of it is needed. */
  readonly isAbsent: boolean;
}

/** Bytes that the file at a stored file's path has to have. */
export function sizeOnDisk({ length, parted }: Pick<StoredFile, 'length' | 'parted'>): number {
  return parted?.size ?? length;
}

/** Where byte `start` of a stored file lies in the file at its path. */
export function positionOnDisk({ parted }: Pick<StoredFile, 'parted'>, start: number): number {
  return (parted?.start ?? 0) + start;
}

/** A part of one file. */
export interface FileSpan {
  readonly file: StoredFile;
  /** Index of the file in the torrent. */
  readonly index: number;
  /** Where the span begins in the torrent's file, in bytes; `positionOnDisk` says where that is. */
  readonly start: number;
  readonly length: number;
}

/**
 * The files of a torrent below `dataPath`, which is the file itself, or the folder that holds the files.
 * The names were checked when the metainfo was read: they cannot leave the folder.
 */
export function storedFiles(info: Info, dataPath: string): StoredFile[] {
  return info.files.map(({ path, length, offset, isPadding }) => ({
    path: info.isMultiFile ? join(dataPath, ...path) : dataPath,
    length,
    offset,
    isPadding,
  }));
}

/** The parts of files that hold `length` bytes of the torrent's data from `offset` on, in order; empty files are left out. */
export function spansOf(files: readonly StoredFile[], offset: number, length: number): FileSpan[] {
  const spans: FileSpan[] = [];
  const end = offset + length;
  for (let index = firstFileAt(files, offset); index < files.length; index++) {
    const file = files[index] as StoredFile; // within the array
    if (file.offset >= end) break;
    const from = Math.max(offset, file.offset);
    const to = Math.min(end, file.offset + file.length);
    if (to > from) spans.push({ file, index, start: from - file.offset, length: to - from });
  }
  return spans;
}

/** Binary search: the last file that begins at or before `offset` (the first of those that begin there). */
function firstFileAt(files: readonly StoredFile[], offset: number): number {
  let low = 0;
  let high = files.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const file = files[middle] as StoredFile; // within the array
    if (file.offset + file.length <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
