import { type HashList, readHashList } from './hash-list-file.ts';
import type { InfoHashSet } from './info-hash-set.ts';
import type { TorrentList } from './torrent-access.ts';
import { WatchedFile, type WatchedFileOptions } from './watched-file.ts';

/** What a list's files are read into, and how. */
export interface TorrentListFilesOptions
  extends Pick<WatchedFileOptions<HashList>, 'logger' | 'pollMs' | 'settleMs'> {
  readonly list: TorrentList;
  readonly paths: readonly string[];
  /** A file was read again. */
  readonly onChange: () => void;
}

/** What a file of a list holds. */
export interface TorrentListFile {
  readonly path: string;
  readonly entries: number;
  readonly badLines: number;
  /** When it was read, unix milliseconds. */
  readonly readAtMs: number;
  /** Why it cannot be read now; what it last said holds. */
  readonly trouble: string | undefined;
}

/** The files of one list of torrents, read again when they change. */
export class TorrentListFiles {
  readonly #options: TorrentListFilesOptions;
  readonly #files: readonly WatchedFile<HashList>[];
  readonly #contents = new Map<string, HashList>();
  #isStarted = false;

  constructor(options: TorrentListFilesOptions) {
    this.#options = options;
    const { paths, logger, pollMs, settleMs } = options;
    this.#files = [...new Set(paths)].map(
      (path) =>
        new WatchedFile({
          path,
          read: readHashList,
          use: (content) => this.#use(path, content),
          logger,
          ...(pollMs !== undefined && { pollMs }),
          ...(settleMs !== undefined && { settleMs }),
        }),
    );
  }

  /**
   * Reads the files and watches them.
   * @throws {AccessFileError} when one cannot be read.
   */
  async start(): Promise<void> {
    for (const file of this.#files) await file.start();
    this.#isStarted = true;
  }

  /** Ends the watch. Idempotent. */
  stop(): void {
    for (const file of this.#files) file.stop();
  }

  /** The files, as they were last read. */
  describe(): TorrentListFile[] {
    return this.#files.map(({ path, readAtMs, trouble }) => {
      const content = this.#contents.get(path);
      const [entries, badLines] = [content?.hashes.size ?? 0, content?.badLines.count ?? 0];
      return { path, entries, badLines, readAtMs, trouble };
    });
  }

  #use(path: string, content: HashList): void {
    const { list, logger, onChange } = this.#options;
    this.#contents.set(path, content);
    list.files = [...this.#contents.values()].map(({ hashes }): InfoHashSet => hashes);
    const { hashes, badLines } = content;
    logger.info({ path, entries: hashes.size, badLines: badLines.count }, 'access list read');
    if (badLines.count > 0)
      logger.warn(
        { path, count: badLines.count, first: badLines.first },
        'an access list has lines that are no info-hashes',
      );
    if (this.#isStarted) onChange();
  }
}
