import { SeederError } from '../errors.ts';
import type { Disk, DiskCallback, DiskSpan } from './disk.ts';
import { type ExtentSource, extentBytesFor } from './extent.ts';
import type { OpenedFile, OpenFiles } from './open-files.ts';
import { type FileSpan, positionOnDisk, type StoredFile, sizeOnDisk, spansOf } from './storage-layout.ts';

/** What a file was like when its pieces were checked. */
export interface FileStamp {
  /** Bytes. */
  readonly size: number;
  readonly mtimeNs: bigint;
  /** Its number in the file system, by which it is known to be the same file; undefined where that is not known. */
  readonly ino?: bigint;
}

type ReadCallback = (error: SeederError | null) => void;

/** A part of one file of a torrent. */
export interface FilePart {
  /** Of the file in the torrent. */
  readonly index: number;
  /** Where the part begins in the file, in bytes. */
  readonly start: number;
  readonly length: number;
}

/** What a storage is made of. */
export interface TorrentStorageOptions {
  readonly files: readonly StoredFile[];
  /** Bytes in all. */
  readonly length: number;
  readonly pieceLength: number;
  readonly openFiles: OpenFiles;
}

/** A torrent's data on disk: reads across files, and notices a file that is not what was checked. */
export class TorrentStorage implements ExtentSource {
  readonly files: readonly StoredFile[];
  readonly length: number;
  readonly extentBytes: number;
  onRead: ((index: number) => void) | undefined;
  readonly #openFiles: OpenFiles;
  #stamps: readonly FileStamp[] | undefined;
  #isClosed = false;
  #device: bigint | undefined;

  constructor({ files, length, pieceLength, openFiles }: TorrentStorageOptions) {
    this.files = files;
    this.length = length;
    this.extentBytes = extentBytesFor(pieceLength);
    this.#openFiles = openFiles;
  }

  /** What its files are looked at with. */
  get disk(): Disk {
    return this.#openFiles.disk;
  }

  /** The stamps that count; undefined before the first check. */
  get stamps(): readonly FileStamp[] | undefined {
    return this.#stamps;
  }

  /** Whether reads are errors now, see {@link close}. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** The disk of the file that was read last; undefined before. */
  get device(): bigint | undefined {
    return this.#device;
  }

  /** From now on a file that does not bear its stamp is an error. One stamp a file, in order; undefined: they are being written. */
  setStamps(stamps: readonly FileStamp[] | undefined): void {
    this.#stamps = stamps;
    this.#isClosed = false;
  }

  /** Reads are possible again after {@link close}, as of a torrent that has waited for its turn; the stamps stay. */
  reopen(): void {
    this.#isClosed = false;
  }

  /**
   * Fills `length` bytes of `buffer` with the data from `offset` on: one positioned read a file that it touches; zeros for files of
   * which nothing is kept.
   * The error has code ERR_STORAGE_MISSING, _CHANGED or _UNREADABLE and names the path.
   */
  read(buffer: Buffer, offset: number, length: number, callback: ReadCallback): void {
    const spans = spansOf(this.files, offset, length);
    let at = 0;
    let next = 0;
    const step = (error: SeederError | null): void => {
      if (error !== null || next === spans.length) return callback(error);
      const span = spans[next++] as FileSpan; // within the array
      const start = at;
      at += span.length;
      this.#readSpan(buffer, start, span, step);
    };
    step(null);
  }

  /**
   * Fills the beginning of `buffer` with a part of one file, and looks at the file's stamp behind that: what is read was there
   * when the file was checked, however long it has been open. For those whose readers check no hashes. Errors as of `read`.
   */
  readFile(buffer: Buffer, part: FilePart, callback: ReadCallback): void {
    const file = this.files[part.index];
    if (file === undefined || part.start + part.length > file.length)
      throw new RangeError(`there is no such part of file ${part.index}`);
    this.#readSpan(buffer, 0, { file, ...part }, callback, true);
  }

  /** A file is about to lie elsewhere: it is opened anew from then on. */
  moved(index: number): void {
    const file = this.files[index];
    if (file !== undefined) this.#openFiles.forget(file.path);
  }

  /** Closes the files as soon as nobody reads them; reads are errors until there are new stamps, or it is opened again. */
  close(): void {
    this.#isClosed = true;
    for (const file of this.files) if (!file.isPadding) this.#openFiles.forget(file.path);
  }

  #readSpan(buffer: Buffer, at: number, span: FileSpan, done: ReadCallback, looksAgain = false): void {
    if (this.#isClosed) return done(new SeederError('ERR_STOPPED', 'the torrent is served no more'));
    // A pad file (BEP 47), or one of which nothing is kept: no piece that we have reaches into it, while what is read with one may.
    if (span.file.isPadding || span.file.parted?.isAbsent === true) {
      buffer.fill(0, at, at + span.length);
      return queueMicrotask(() => done(null)); // thousands of pads in a row must not nest
    }
    const { path } = span.file;
    this.#openFiles.acquire(path, (error, opened) => {
      const file = this.files[span.index] ?? span.file;
      if (file.path !== path) {
        if (opened !== undefined) this.#openFiles.release(path, opened);
        return this.#readSpan(buffer, at, { ...span, file }, done, looksAgain); // it was renamed meanwhile
      }
      if (opened === undefined) return done(unreadable(path, error));
      this.#device = opened.device;
      const changed = this.#changeOf(span, opened);
      if (changed !== undefined) return this.#finish(path, opened, changed, done);
      const { length } = span;
      const position = positionOnDisk(span.file, span.start);
      readFully(this.#openFiles.disk, opened.fd, { buffer, at, length, position }, (readError, bytesRead) => {
        if (readError !== null) return this.#finish(path, opened, unreadable(path, readError), done);
        if (bytesRead < span.length)
          return this.#finish(path, opened, changedError(path, 'is shorter than the torrent says'), done);
        if (looksAgain) this.#lookAgain(span, opened, done);
        else this.#finish(path, opened, null, done);
      });
    });
  }

  #lookAgain(span: FileSpan, opened: OpenedFile, done: ReadCallback): void {
    const { path } = span.file;
    this.#openFiles.disk.look(opened.fd, (error, stat) => {
      if (error !== null || stat === undefined)
        return this.#finish(path, opened, unreadable(path, error), done);
      const now = { size: Number(stat.size), mtimeNs: stat.mtimeNs };
      if (this.files[span.index]?.path !== path)
        return this.#finish(path, opened, movedError(now, opened, path), done);
      this.#finish(path, opened, this.#changeOf(span, now) ?? null, done);
    });
  }

  #finish(path: string, opened: OpenedFile, error: SeederError | null, done: ReadCallback): void {
    this.#openFiles.release(path, opened);
    if (error !== null) this.#openFiles.forget(path);
    done(error);
  }

  #changeOf(span: FileSpan, opened: FileStamp): SeederError | undefined {
    const size = sizeOnDisk(span.file);
    if (opened.size !== size)
      return changedError(span.file.path, `has ${opened.size} bytes where the torrent says ${size}`);
    const stamp = this.#stamps?.[span.index];
    if (stamp !== undefined && stamp.mtimeNs !== opened.mtimeNs)
      return changedError(span.file.path, 'was changed after it was checked');
    return undefined;
  }
}

/** The data was moved while it was read: the stamps are those of other files now, and what counts is that this one did not change. */
function movedError(now: FileStamp, opened: OpenedFile, path: string): SeederError | null {
  return now.mtimeNs === opened.mtimeNs ? null : changedError(path, 'was changed after it was checked');
}

/** The error for a file that is not what the torrent needs. */
export function changedError(path: string, what: string): SeederError {
  return new SeederError('ERR_STORAGE_CHANGED', `${path} ${what}`, { path });
}

/** What the system says of what is not there, or of a disk that is away: unplugged, broken, or behind a network that does not answer. */
const AWAY_CODES: ReadonlySet<string> = new Set([
  'ENOENT',
  'ENOTDIR',
  'EIO',
  'ENXIO',
  'ENODEV',
  'ESTALE',
  'ENOTCONN',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'EREMOTEIO',
  'ETIMEDOUT',
  'EAGAIN',
]);

/** Whether a system's error says that a file, or its whole disk, is away and may come back. */
export function isAway(code: string): boolean {
  return AWAY_CODES.has(code);
}

/** The error for storage that is away. */
export function missing(path: string, code: string, cause: unknown): SeederError {
  const isGone = code === 'ENOENT' || code === 'ENOTDIR';
  const what = isGone ? 'is not there' : `cannot be reached (${code})`;
  return new SeederError('ERR_STORAGE_MISSING', `storage missing: ${path} ${what}`, { path, cause });
}

/** The error for a file that cannot be read or is not there. */
export function unreadable(path: string, cause: NodeJS.ErrnoException | null): SeederError {
  const why = cause?.code ?? 'unknown error';
  if (isAway(why)) return missing(path, why, cause);
  return new SeederError('ERR_STORAGE_UNREADABLE', `${path} cannot be read (${why})`, { path, cause });
}

function readFully(disk: Disk, fd: number, span: DiskSpan, done: DiskCallback<number>): void {
  const { buffer, at, length, position } = span;
  let total = 0;
  const step = (): void => {
    const rest = { buffer, at: at + total, length: length - total, position: position + total };
    disk.read(fd, rest, (error, bytesRead) => {
      if (error !== null) return done(error, total);
      total += bytesRead;
      if (bytesRead === 0 || total === length) return done(null, total);
      step();
    });
  };
  step();
}
