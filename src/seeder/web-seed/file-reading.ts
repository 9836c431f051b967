import { SeederError } from '../errors.ts';
import type { TaskLimit } from '../torrents/task-limit.ts';
import type { DownloadPace } from './download-pace.ts';
import type { SeededFile } from './seeded-file.ts';

/** Bytes that are read, and then written, at a time: what a download takes of memory. */
export const READ_BYTES = 256 * 1024;

/** What a reading works with. */
export interface FileReadingOptions {
  readonly file: SeededFile;
  /** The first byte, and the one behind the last. */
  readonly start: number;
  readonly end: number;
  /** Bounds the reads of all readings together, so that peers find the thread pool free. */
  readonly reads: Pick<TaskLimit, 'run'>;
  readonly pace: DownloadPace;
  /** Has a piece hashed; whether it is good. */
  readonly verify: (piece: number) => Promise<boolean>;
  readonly signal: AbortSignal;
}

/** Reads a part of a file bit by bit, as far as its reader has come: memory is one buffer however slow that is. */
export class FileReading {
  readonly #options: FileReadingOptions;
  readonly #buffer: Buffer;
  #at: number;

  constructor(options: FileReadingOptions) {
    this.#options = options;
    this.#at = options.start;
    // Not of the shared slab: the system may still read it when the download is over.
    this.#buffer = Buffer.allocUnsafeSlow(Math.min(READ_BYTES, options.end - options.start));
  }

  /**
   * The next bytes, undefined behind the last. They are good until the next call.
   * @throws {SeederError} ERR_STORAGE_MISSING, _CHANGED or _UNREADABLE, which fails the torrent; ERR_STOPPED when it is not seeded any more; `signal`'s reason.
   */
  async next(): Promise<Buffer | undefined> {
    const { end, reads, pace, signal } = this.#options;
    const length = Math.min(this.#buffer.length, end - this.#at);
    if (length === 0) return undefined;
    await pace.take(length, signal);
    await reads.run(() => this.#read(length));
    signal.throwIfAborted();
    this.#at += length;
    return this.#buffer.subarray(0, length);
  }

  /** Not one byte leaves of a piece that was never hashed. */
  async #verify(length: number): Promise<void> {
    const { torrent, index } = this.#options.file;
    const start = (torrent.files[index]?.offset ?? 0) + this.#at; // the file is one of the torrent's
    const last = Math.floor((start + length - 1) / torrent.pieceLength);
    for (let piece = Math.floor(start / torrent.pieceLength); piece <= last; piece++)
      if (!torrent.isReady(piece) && !(await this.#options.verify(piece)))
        throw new SeederError('ERR_STOPPED', `piece ${piece} of the torrent is not good, or nobody can say`);
  }

  async #read(length: number): Promise<void> {
    const { file, signal } = this.#options;
    const { torrent, index } = file;
    signal.throwIfAborted();
    await this.#verify(length);
    signal.throwIfAborted();
    if (torrent.state !== 'seeding' || torrent.serving === 'nobody')
      throw new SeederError('ERR_STOPPED', 'the torrent is served no more');
    const error = await new Promise<SeederError | null>((resolve) =>
      torrent.storage.readFile(this.#buffer, { index, start: this.#at, length }, resolve),
    );
    if (error === null) return;
    if (error.code !== 'ERR_STOPPED') torrent.onStorageError(error);
    throw error;
  }
}
