import { renameToFinal } from '../disk/part-names.ts';
import type { FileStamp } from '../disk/torrent-storage.ts';
import type { TorrentWriter } from '../disk/torrent-writer.ts';
import type { Torrent } from '../torrent.ts';
import { stampFiles } from '../torrents/file-stamps.ts';
import type { ResumeRecord } from '../torrents/resume.ts';

/** Where a record takes long (many files, a slow disk), this many times as long passes before the next. */
const REST = 10;

/**
 * What is to be remembered of a download: taken again and again while pieces come. A record says of a piece that it is good only
 * when the disk itself has it, so that a loss of power costs the last seconds and nothing else. One is taken at a time.
 */
export class ProgressRecord {
  readonly #torrent: Torrent;
  readonly #writer: TorrentWriter;
  readonly #intervalMs: number;
  #isChanged = false;
  #savedAtMs = 0;
  #tookMs = 0;
  #last: Promise<unknown> = Promise.resolve();
  #isSaving = false;

  constructor(torrent: Torrent, writer: TorrentWriter, intervalMs: number) {
    this.#torrent = torrent;
    this.#writer = writer;
    this.#intervalMs = intervalMs;
  }

  /** A piece is good. */
  changed(): void {
    this.#isChanged = true;
  }

  /** Whether it is time for another. */
  isDueAt(nowMs: number): boolean {
    const intervalMs = Math.max(this.#intervalMs, REST * this.#tookMs);
    return this.#isChanged && !this.#isSaving && nowMs - this.#savedAtMs >= intervalMs;
  }

  /**
   * Takes a record; undefined when there is nothing new.
   * @throws {SeederError} ERR_STORAGE_* when a file is missing, has another length, or cannot be flushed.
   */
  save(nowMs: number): Promise<ResumeRecord | undefined> {
    return this.#turn(async () => (this.#isChanged ? this.#take(nowMs) : undefined));
  }

  /** Takes the last record, and closes the files. @throws as `save`. */
  finish(nowMs: number): Promise<ResumeRecord> {
    return this.#turn(() => this.#take(nowMs)).finally(() => this.#writer.close());
  }

  /**
   * A file is complete: it gets its own name, once the disk has all of it. The next record is taken after that.
   * @throws {SeederError} ERR_STORAGE_*; ERR_TARGET_OCCUPIED when something else has the name.
   */
  completeFile(index: number): Promise<void> {
    return this.#turn(() => this.#rename(index));
  }

  /** What all pieces are like now that they are written, whether the disk itself has them or not. @throws as `save`. */
  look(): Promise<ResumeRecord> {
    return this.#turn(() => this.#look());
  }

  /** Resolves when the disk has all, and closes the files. @throws as `save`. */
  flush(): Promise<void> {
    return this.#turn(() => this.#writer.sync()).finally(() => this.#writer.close());
  }

  #stamps(): Promise<FileStamp[]> {
    return stampFiles(this.#torrent.files, undefined, this.#torrent.storage.disk);
  }

  async #look(): Promise<ResumeRecord> {
    const bits = new Uint8Array(this.#torrent.bitfield());
    return { bits, stamps: await this.#stamps() };
  }

  async #rename(index: number): Promise<void> {
    const file = this.#torrent.files[index];
    if (file?.finalPath === undefined) return;
    await this.#writer.settle(file.path);
    await renameToFinal(file, (place) => this.#torrent.placeFile(index, place));
  }

  #turn<T>(task: () => Promise<T>): Promise<T> {
    const done = this.#last.then(task);
    this.#last = done.catch(() => {}); // the next one is told of its own errors
    return done;
  }

  async #take(nowMs: number): Promise<ResumeRecord> {
    this.#isSaving = true;
    this.#isChanged = false;
    this.#savedAtMs = nowMs;
    const startedAtMs = performance.now();
    try {
      const bits = new Uint8Array(this.#torrent.bitfield()); // of this moment: what comes later is for the next
      await this.#writer.sync();
      return { bits, stamps: await this.#stamps() };
    } finally {
      this.#isSaving = false;
      this.#tookMs = performance.now() - startedAtMs;
    }
  }
}
