import * as fs from 'node:fs';

/** Told once how something went. */
export type DiskCallback<Result = void> = (error: NodeJS.ErrnoException | null, result: Result) => void;

/** A part of a buffer, and where it lies in a file. */
export interface DiskSpan {
  readonly buffer: Uint8Array;
  /** Where in the buffer, and in the file, it begins; bytes. */
  readonly at: number;
  readonly position: number;
  readonly length: number;
}

/** What is looked at of a file. */
export interface DiskStat {
  /** Bytes. */
  readonly size: bigint;
  readonly mtimeNs: bigint;
  /** The number that the system gives to the disk. */
  readonly dev: bigint;
  /** The number that the disk gives to the file. */
  readonly ino: bigint;
  isFile(): boolean;
}

/**
 * What the seed node does with files while it serves and fetches: positioned reads and writes, and looks. One may be put around
 * another, to bound, delay or watch it. Every callback is called once, and never before the call returns. Checks of whole
 * torrents do not come through here: their threads read by themselves.
 */
export interface Disk {
  open(path: string, flags: number, callback: DiskCallback<number>): void;
  /** Bytes read may be fewer than asked for; 0 at the end of the file. */
  read(fd: number, span: DiskSpan, callback: DiskCallback<number>): void;
  /** Bytes written may be fewer than asked for. */
  write(fd: number, span: DiskSpan, callback: DiskCallback<number>): void;
  /** Tells when what was written lies on the disk itself. */
  flush(fd: number, callback: DiskCallback): void;
  /** Looks at an open file. */
  look(fd: number, callback: DiskCallback<DiskStat | undefined>): void;
  /** Looks at what lies at a path; links are followed. */
  lookAt(path: string, callback: DiskCallback<DiskStat | undefined>): void;
  close(fd: number, callback: DiskCallback): void;
}

/** The system's own. */
export const systemDisk: Disk = {
  open: (path, flags, callback) => fs.open(path, flags, callback),
  read: (fd, { buffer, at, position, length }, callback) =>
    fs.read(fd, buffer, at, length, position, callback),
  write: (fd, { buffer, at, position, length }, callback) =>
    fs.write(fd, buffer, at, length, position, callback),
  flush: (fd, callback) => fs.fdatasync(fd, callback),
  look: (fd, callback) => fs.fstat(fd, { bigint: true }, callback),
  lookAt: (path, callback) => fs.stat(path, { bigint: true }, callback),
  close: (fd, callback) => fs.close(fd, callback),
};
