import type { BadLine } from './bad-lines.ts';
import { WatchedFile, type WatchedFileOptions } from './watched-file.ts';

/** What was read of a file, beside what matters. */
export interface ListContent {
  readonly badLines: { readonly count: number; readonly first: readonly BadLine[] };
}

/** The files of a list, how they are read, and for whom. */
export interface ListFilesOptions<Content extends ListContent>
  extends Pick<WatchedFileOptions<Content>, 'read' | 'logger' | 'pollMs' | 'settleMs'> {
  readonly paths: readonly string[];
  /** How many entries a file has. */
  readonly countOf: (content: Content) => number;
  /** A file was read, at the start or again: the contents of all that were. */
  readonly use: (contents: readonly Content[]) => void;
}

/** A file of a list, as it was last read. */
export interface ListFile {
  readonly path: string;
  readonly entries: number;
  readonly badLines: number;
  /** When it was read, unix milliseconds. */
  readonly readAtMs: number;
  /** Why it cannot be read now; what it last said holds. */
  readonly trouble: string | undefined;
}

/** The files of one list, read again when they change. */
export class ListFiles<Content extends ListContent> {
  readonly #options: ListFilesOptions<Content>;
  readonly #files: readonly WatchedFile<Content>[];
  readonly #contents = new Map<string, Content>();

  constructor(options: ListFilesOptions<Content>) {
    this.#options = options;
    const { paths, read, logger, pollMs, settleMs } = options;
    this.#files = [...new Set(paths)].map(
      (path) =>
        new WatchedFile({
          path,
          read,
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
  }

  /** Ends the watch. Idempotent. */
  stop(): void {
    for (const file of this.#files) file.stop();
  }

  /** The files, as they were last read. */
  describe(): ListFile[] {
    return this.#files.map(({ path, readAtMs, trouble }) => {
      const content = this.#contents.get(path);
      const entries = content === undefined ? 0 : this.#options.countOf(content);
      return { path, entries, badLines: content?.badLines.count ?? 0, readAtMs, trouble };
    });
  }

  #use(path: string, content: Content): void {
    const { countOf, use, logger } = this.#options;
    this.#contents.set(path, content);
    use([...this.#contents.values()]);
    const { count, first } = content.badLines;
    logger.info({ path, entries: countOf(content), badLines: count }, 'access list read');
    if (count > 0) logger.warn({ path, count, first }, 'an access list has lines that cannot be read');
  }
}
