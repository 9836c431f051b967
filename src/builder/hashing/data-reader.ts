import fs from 'node:fs';
import { DataLayout, type HashFile } from './data-layout.ts';
import { BuilderError, quoted, readError } from './errors.ts';
import type { PacedReader } from './paced-reader.ts';

/** Bytes of the data that could not be read; the buffer holds zeros there. */
export interface Gap {
  readonly start: number;
  readonly end: number;
}

// Without O_NONBLOCK, a FIFO that has taken a file's place would hold the thread for ever. Windows has no such flag.
const OPEN_FLAGS = fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0);

/** How a {@link DataReader} reads. */
export interface DataReaderOptions {
  /** Leaves what stands in the buffer where a pad file lies, instead of zeros: for a caller that never looks there. */
  readonly skipsPadding?: boolean | undefined;
  /** Makes the reader tolerant. */
  readonly onProblem?: ((problem: BuilderError) => void) | undefined;
}

interface OpenFile {
  readonly index: number;
  readonly fd: number;
  readonly path: string;
  readonly opened: fs.BigIntStats;
}

/**
 * Reads ranges of the data that consecutive files make up, with positioned reads and one open file.
 * A strict reader throws a BuilderError for a file that is missing, unreadable, or not of its length, and for one that changed
 * between opening and closing; a tolerant one tells `onProblem` and leaves a gap.
 */
export class DataReader {
  readonly #files: readonly HashFile[];
  readonly #layout: DataLayout;
  readonly #skipsPadding: boolean;
  readonly #onProblem: ((problem: BuilderError) => void) | undefined;
  readonly #reported = new Set<string>();
  readonly #reader: PacedReader;
  #open: OpenFile | undefined;

  constructor(files: readonly HashFile[], reader: PacedReader, options: DataReaderOptions = {}) {
    const { skipsPadding = false, onProblem } = options;
    this.#files = files;
    this.#skipsPadding = skipsPadding;
    this.#reader = reader;
    this.#layout = new DataLayout(files);
    this.#onProblem = onProblem;
  }

  /** Fills `target` with the data from `offset` on. One read at a time. */
  async read(target: Uint8Array, offset: number): Promise<Gap[]> {
    const gaps: Gap[] = [];
    let index = this.#layout.fileAt(offset);
    for (let filled = 0; filled < target.length; index++) {
      const file = this.#files[index];
      if (file === undefined) throw new RangeError('read beyond the end of the data');
      const inFile = offset + filled - this.#layout.offsetOf(index);
      const count = Math.min(file.length - inFile, target.length - filled);
      if (count === 0) continue;
      const read = await this.#readFile(index, file, target.subarray(filled, filled + count), inFile);
      if (read < count) {
        target.fill(0, filled + read, filled + count);
        gaps.push({ start: offset + filled + read, end: offset + filled + count });
      }
      filled += count;
    }
    return gaps;
  }

  /** Closes the open file; throws when it changed while it was open (strict only). */
  close(): void {
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    try {
      const now = fs.fstatSync(open.fd, { bigint: true });
      if (now.nlink === 0n && open.opened.nlink !== 0n)
        this.#fail(
          problemOf('ERR_FILE_MISSING', open.path, 'was removed or replaced while it was being read'),
        );
      else if (now.size !== open.opened.size || now.mtimeNs !== open.opened.mtimeNs)
        this.#fail(problemOf('ERR_FILE_CHANGED', open.path, 'changed while it was being read'));
    } finally {
      fs.closeSync(open.fd);
    }
  }

  /** Closes without a look at the file: for use after a failure. */
  abandon(): void {
    if (this.#open !== undefined) fs.closeSync(this.#open.fd);
    this.#open = undefined;
  }

  /** Reads `target.length` bytes and returns how many there were. */
  async #readFile(index: number, file: HashFile, target: Uint8Array, position: number): Promise<number> {
    if (file.path === undefined) {
      if (!this.#skipsPadding) target.fill(0);
      return target.length;
    }
    try {
      const { fd } = this.#opened(index, file.path, file.length);
      const read = await this.#reader.read(fd, target, position);
      if (read < target.length)
        this.#fail(problemOf('ERR_FILE_CHANGED', file.path, 'became shorter while it was being read'));
      return read;
    } catch (error) {
      this.#fail(error instanceof BuilderError ? error : readError(file.path, error));
      return 0;
    }
  }

  #opened(index: number, path: string, length: number): OpenFile {
    if (this.#open?.index === index) return this.#open;
    this.close();
    const fd = fs.openSync(path, OPEN_FLAGS);
    const opened = fs.fstatSync(fd, { bigint: true });
    this.#open = { index, fd, path, opened };
    if (!opened.isFile()) throw problemOf('ERR_FILE_CHANGED', path, 'is not a file');
    if (opened.size !== BigInt(length))
      this.#fail(
        problemOf('ERR_FILE_CHANGED', path, `has ${opened.size} bytes where ${length} were expected`),
      );
    return this.#open;
  }

  #fail(problem: BuilderError): void {
    if (this.#onProblem === undefined) throw problem;
    if (this.#reported.has(problem.path ?? '')) return;
    this.#reported.add(problem.path ?? '');
    this.#onProblem(problem);
  }
}

function problemOf(code: 'ERR_FILE_CHANGED' | 'ERR_FILE_MISSING', path: string, what: string): BuilderError {
  return new BuilderError(code, `${quoted(path)} ${what}`, { path });
}
