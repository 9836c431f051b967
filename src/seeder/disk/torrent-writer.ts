import { SeederError } from '../errors.ts';
import type { Disk } from './disk.ts';
import type { OpenedFile, OpenFiles } from './open-files.ts';
import { type FileSpan, positionOnDisk, type StoredFile, spansOf } from './storage-layout.ts';
import { isAway, missing } from './torrent-storage.ts';

/** Writes a torrent's pieces into its files, one after another in the order in which they come. The files are there with their lengths. */
export class TorrentWriter {
  readonly #files: readonly StoredFile[];
  /** Open for writing. */
  readonly #openFiles: OpenFiles;
  /** Files that were written to and not flushed. */
  #dirty = new Set<string>();
  #last: Promise<void> = Promise.resolve();
  /** Why the disk lost something: the kernel tells it once, and takes what it lost for written from then on. */
  #lost: { readonly error: unknown } | undefined;

  constructor(files: readonly StoredFile[], openFiles: OpenFiles) {
    this.#files = files;
    this.#openFiles = openFiles;
  }

  /**
   * Writes bytes from `offset` of the torrent's data on; pad files are left out. Resolves when the kernel has them.
   * @throws {SeederError} ERR_STORAGE_FULL, ERR_STORAGE_MISSING or ERR_STORAGE_UNWRITABLE, naming the path.
   */
  write(bytes: Uint8Array, offset: number): Promise<void> {
    const written = this.#last.then(() => this.#write(bytes, offset));
    this.#last = written.catch(() => {}); // the next one is told of its own errors
    return written;
  }

  /**
   * Resolves when what was written lies on the disk itself, so that a record may say so. Once it failed it always does: nobody
   * knows what the disk has.
   * @throws as `write`; what did not reach the disk is ERR_STORAGE_UNWRITABLE.
   */
  async sync(): Promise<void> {
    await this.#last;
    if (this.#lost !== undefined) throw this.#lost.error;
    const paths = this.#dirty;
    this.#dirty = new Set();
    try {
      for (const path of paths) await this.#flush(path);
    } catch (error) {
      this.#lost ??= { error };
      throw error;
    }
  }

  /**
   * Resolves when what was written to a file lies on the disk, and closes it, since it is complete. It may be written to again, when one of
   * its pieces goes bad.
   * @throws as `sync`, which fails from then on.
   */
  async settle(path: string): Promise<void> {
    await this.#last;
    if (this.#lost !== undefined) throw this.#lost.error;
    try {
      if (this.#dirty.delete(path)) await this.#flush(path);
      this.#openFiles.forget(path);
    } catch (error) {
      this.#lost ??= { error };
      throw error;
    }
  }

  /** Closes the files as soon as nobody writes them. */
  close(): void {
    for (const { path } of this.#files) this.#openFiles.forget(path);
  }

  async #write(bytes: Uint8Array, offset: number): Promise<void> {
    let at = 0;
    for (const span of spansOf(this.#files, offset, bytes.length)) {
      const part = bytes.subarray(at, at + span.length);
      at += span.length;
      if (!span.file.isPadding) await this.#writeSpan(part, span);
    }
  }

  #writeSpan(bytes: Uint8Array, { file, start }: FileSpan): Promise<void> {
    this.#dirty.add(file.path);
    return this.#use(file.path, (fd) =>
      writeFully(this.#openFiles.disk, fd, bytes, positionOnDisk(file, start)),
    );
  }

  #flush(path: string): Promise<void> {
    return this.#use(path, (fd) => flush(this.#openFiles.disk, fd), unflushed);
  }

  async #use(path: string, task: (fd: number) => Promise<void>, asError = unwritable): Promise<void> {
    const opened = await this.#open(path);
    try {
      await task(opened.fd);
    } catch (cause) {
      throw asError(path, cause);
    } finally {
      this.#openFiles.release(path, opened);
    }
  }

  #open(path: string): Promise<OpenedFile> {
    return new Promise((resolve, reject) =>
      this.#openFiles.acquire(path, (error, opened) =>
        opened === undefined ? reject(unwritable(path, error)) : resolve(opened),
      ),
    );
  }
}

function writeFully(disk: Disk, fd: number, buffer: Uint8Array, start: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const step = (at: number): void => {
      disk.write(fd, { buffer, at, length: buffer.length - at, position: start + at }, (error, count) => {
        if (error !== null) return reject(error);
        if (at + count === buffer.length) return resolve();
        step(at + count);
      });
    };
    step(0);
  });
}

function flush(disk: Disk, fd: number): Promise<void> {
  return new Promise((resolve, reject) =>
    disk.flush(fd, (error) => (error === null ? resolve() : reject(error))),
  );
}

/** The error for a file or folder that cannot be written to. */
export function unwritable(path: string, cause: unknown): SeederError {
  const { code } = cause as NodeJS.ErrnoException; // undefined for what is no system error
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new SeederError('ERR_STORAGE_FULL', `there is no room left on the disk for ${path}`, {
      path,
      cause,
    });
  if (code !== undefined && isAway(code)) return missing(path, code, cause);
  if (code === 'ELOOP')
    return new SeederError('ERR_STORAGE_UNWRITABLE', `${path} is a symbolic link, which is not followed`, {
      path,
      cause,
    });
  return new SeederError(
    'ERR_STORAGE_UNWRITABLE',
    `${path} cannot be written to (${code ?? String(cause)})`,
    {
      path,
      cause,
    },
  );
}

/**
 * The error for a file whose bytes did not reach its disk. EIO does not mean here that the disk is away and may come back by itself:
 * the kernel may go on showing bytes that it lost, so that looking at them proves nothing.
 */
function unflushed(path: string, cause: unknown): SeederError {
  if ((cause as NodeJS.ErrnoException).code !== 'EIO') return unwritable(path, cause); // undefined for what is no system error
  const what = `what was written to ${path} did not reach the disk (EIO)`;
  return new SeederError('ERR_STORAGE_UNWRITABLE', what, { path, cause });
}
