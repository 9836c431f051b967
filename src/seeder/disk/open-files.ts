import * as fs from 'node:fs';
import { type Disk, systemDisk } from './disk.ts';

/** What was open when it was opened. */
export interface OpenedFile {
  readonly fd: number;
  /** Bytes. */
  readonly size: number;
  readonly mtimeNs: bigint;
  /** The number that the system gives to the disk. */
  readonly device: bigint;
}

type OpenCallback = (error: NodeJS.ErrnoException | null, file: OpenedFile | undefined) => void;

// Without O_NONBLOCK, a FIFO that has taken a file's place would hold a thread of the pool for ever. Windows has no such flag.
/** For reading. */
export const READ_FLAGS = fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0);

/** For writing, never through a link. Windows has no such flag either. */
export const WRITE_FLAGS =
  fs.constants.O_RDWR | (fs.constants.O_NONBLOCK ?? 0) | (fs.constants.O_NOFOLLOW ?? 0);

interface Entry {
  readonly path: string;
  file: OpenedFile | undefined;
  users: number;
  waiting: OpenCallback[];
  isForgotten: boolean;
}

/**
 * Files that are open, at most `bound` of them while they are idle: the least recently used is closed first. A file in
 * use is never closed, so that readers in flight may exceed the bound for a moment; whoever bounds the reads bounds that.
 */
export class OpenFiles {
  readonly #bound: number;
  readonly #flags: number;
  /** What they are opened with, and read and written by whoever borrows them. */
  readonly disk: Disk;
  /** In the order of use, the latest last. */
  readonly #entries = new Map<string, Entry>();

  /** @param flags of `open`; for reading when left out. */
  constructor(bound: number, flags = READ_FLAGS, disk = systemDisk) {
    this.#bound = Math.max(1, bound);
    this.#flags = flags;
    this.disk = disk;
  }

  /** Files open or being opened now. */
  get size(): number {
    return this.#entries.size;
  }

  /** Lends the open file of `path`; call {@link release} when done, however it went, unless there was an error. */
  acquire(path: string, callback: OpenCallback): void {
    const entry = this.#entries.get(path);
    if (entry === undefined) return this.#open(path, callback);
    this.#entries.delete(path);
    this.#entries.set(path, entry);
    entry.users++;
    if (entry.file === undefined) entry.waiting.push(callback);
    else callback(null, entry.file);
  }

  /** Gives a file back that {@link acquire} lent. */
  release(path: string, file: OpenedFile): void {
    const entry = this.#entries.get(path);
    if (entry?.file === file) {
      entry.users--;
      this.#closeIdle();
      return;
    }
    const forgotten = this.#forgotten.get(file);
    if (forgotten === undefined) return;
    forgotten.users--;
    this.#closeForgotten(forgotten);
  }

  /** Closes a file as soon as nobody reads it; the next reader opens the path anew. */
  forget(path: string): void {
    const entry = this.#entries.get(path);
    if (entry === undefined) return;
    this.#entries.delete(path);
    entry.isForgotten = true;
    if (entry.file !== undefined) {
      this.#forgotten.set(entry.file, entry);
      this.#closeForgotten(entry);
    }
  }

  /** Closes all. */
  close(): void {
    for (const path of [...this.#entries.keys()]) this.forget(path);
  }

  readonly #forgotten = new Map<OpenedFile, Entry>();

  #open(path: string, callback: OpenCallback): void {
    const entry: Entry = { path, file: undefined, users: 1, waiting: [callback], isForgotten: false };
    this.#entries.set(path, entry);
    this.#closeIdle();
    this.#openEntry(entry, true);
  }

  #openEntry(entry: Entry, mayRetry: boolean): void {
    this.disk.open(entry.path, this.#flags, (openError, fd) => {
      const hasNoDescriptors = openError?.code === 'EMFILE' || openError?.code === 'ENFILE';
      if (hasNoDescriptors && mayRetry && this.#closeIdle(0)) return this.#openEntry(entry, false);
      if (openError !== null) return this.#opened(entry, openError, undefined);
      this.disk.look(fd, (statError, stat) => {
        if (statError === null && stat !== undefined) {
          const { mtimeNs, dev: device } = stat;
          return this.#opened(entry, null, { fd, size: Number(stat.size), mtimeNs, device });
        }
        this.disk.close(fd, ignoreCloseError);
        this.#opened(entry, statError, undefined);
      });
    });
  }

  #opened(entry: Entry, error: NodeJS.ErrnoException | null, file: OpenedFile | undefined): void {
    const { waiting } = entry;
    entry.waiting = [];
    entry.file = file;
    if (file === undefined) {
      if (this.#entries.get(entry.path) === entry) this.#entries.delete(entry.path);
    } else if (entry.isForgotten) this.#forgotten.set(file, entry);
    for (const callback of waiting) callback(error, file);
  }

  #closeForgotten(entry: Entry): void {
    if (entry.users > 0 || entry.file === undefined) return;
    this.#forgotten.delete(entry.file);
    this.disk.close(entry.file.fd, ignoreCloseError);
  }

  /** Closes idle files, the least recently used first, until `bound` are left; whether it closed any. */
  #closeIdle(bound = this.#bound): boolean {
    const before = this.#entries.size;
    for (const entry of this.#entries.values()) {
      if (this.#entries.size <= bound) break;
      if (entry.users > 0 || entry.file === undefined) continue;
      this.#entries.delete(entry.path);
      this.disk.close(entry.file.fd, ignoreCloseError);
    }
    return this.#entries.size < before;
  }
}

/** A file that was only read has nothing to lose when closing it fails. */
function ignoreCloseError(): void {
  // See above.
}
