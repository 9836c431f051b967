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

/** What became of a part of a read: all there, missing, or what ends the read. */
type PartResult = Gap | Error | undefined;

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
  /** Reads of the open file that have not ended. */
  readonly #underWay = new Set<Promise<unknown>>();
  /** Until the read before has begun all its parts. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(files: readonly HashFile[], reader: PacedReader, options: DataReaderOptions = {}) {
    const { skipsPadding = false, onProblem } = options;
    this.#files = files;
    this.#skipsPadding = skipsPadding;
    this.#reader = reader;
    this.#layout = new DataLayout(files);
    this.#onProblem = onProblem;
  }

  /**
   * Fills `target` with the data from `offset` on, and returns where there was none. Reads that are asked for one after
   * another begin in this order, and go on at the same time where they read the same file. None touches its target any more
   * when it has settled.
   */
  async read(target: Uint8Array, offset: number): Promise<Gap[]> {
    const parts: Promise<PartResult>[] = [];
    const begun = this.#turn.then(() => this.#beginParts(parts, target, offset));
    this.#turn = begun.catch(() => {});
    const failure: unknown = await begun.catch((error: unknown) => error);
    const results = await Promise.all(parts);
    const error = failure ?? results.find((result) => result instanceof Error);
    if (error !== undefined) throw error;
    return results.filter((result): result is Gap => result !== undefined && !(result instanceof Error));
  }

  /** Closes the open file, of which no read may be under way; throws when it changed while it was open (strict only). */
  close(): void {
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    try {
      const now = fs.fstatSync(open.fd, { bigint: true });
      if (now.nlink === 0n && open.opened.nlink !== 0n)
        this.#tell(
          problemOf('ERR_FILE_MISSING', open.path, 'was removed or replaced while it was being read'),
        );
      else if (now.size !== open.opened.size || now.mtimeNs !== open.opened.mtimeNs)
        this.#tell(problemOf('ERR_FILE_CHANGED', open.path, 'changed while it was being read'));
      else if (!isStillAt(open.path, now))
        this.#tell(problemOf('ERR_FILE_CHANGED', open.path, 'was moved or replaced while it was being read'));
    } finally {
      fs.closeSync(open.fd);
    }
  }

  /** Closes without a look at the file: for use after a failure. */
  abandon(): void {
    if (this.#open !== undefined) fs.closeSync(this.#open.fd);
    this.#open = undefined;
  }

  async #beginParts(parts: Promise<PartResult>[], target: Uint8Array, offset: number): Promise<void> {
    let index = this.#layout.fileAt(offset);
    for (let filled = 0; filled < target.length; index++) {
      const file = this.#files[index];
      if (file === undefined) throw new RangeError('read beyond the end of the data');
      const position = offset + filled - this.#layout.offsetOf(index);
      const part = target.subarray(filled, filled + Math.min(file.length - position, target.length - filled));
      if (part.length === 0) continue;
      if (file.path !== undefined) {
        const { start = 0, size = file.length } = file.within ?? {};
        const fd = await this.#switchTo(index, file.path, size);
        const place = { part, position: start + position, start: offset + filled };
        parts.push(this.#track(this.#readPart(fd, file.path, place)));
      } else if (!this.#skipsPadding) part.fill(0);
      filled += part.length;
    }
  }

  /** The descriptor of a file, opened when it is not; undefined when it cannot be. */
  async #switchTo(index: number, path: string, length: number): Promise<number | undefined> {
    if (this.#open?.index === index) return this.#open.fd;
    await Promise.all(this.#underWay);
    try {
      this.close();
      return this.#openFile(index, path, length);
    } catch (error) {
      this.#tell(error instanceof BuilderError ? error : readError(path, error));
      return undefined;
    }
  }

  #openFile(index: number, path: string, length: number): number {
    const fd = fs.openSync(path, OPEN_FLAGS);
    const opened = fs.fstatSync(fd, { bigint: true });
    this.#open = { index, fd, path, opened };
    if (!opened.isFile()) throw problemOf('ERR_FILE_CHANGED', path, 'is not a file');
    if (opened.size !== BigInt(length))
      this.#tell(
        problemOf('ERR_FILE_CHANGED', path, `has ${opened.size} bytes where ${length} were expected`),
      );
    return fd;
  }

  #track(read: Promise<PartResult>): Promise<PartResult> {
    this.#underWay.add(read);
    return read.finally(() => this.#underWay.delete(read));
  }

  /** Never rejects. */
  async #readPart(
    fd: number | undefined,
    path: string,
    { part, position, start }: { part: Uint8Array; position: number; start: number },
  ): Promise<PartResult> {
    let read = 0;
    try {
      if (fd !== undefined) read = await this.#reader.read(fd, part, position);
      if (read === part.length) return undefined;
      if (fd !== undefined)
        this.#tell(problemOf('ERR_FILE_CHANGED', path, 'became shorter while it was being read'));
    } catch (error) {
      const problem = error instanceof BuilderError ? error : readError(path, error);
      if (this.#onProblem === undefined) return problem;
      this.#tell(problem);
    }
    part.fill(0, read);
    return { start: start + read, end: start + part.length };
  }

  /** Throws the problem (strict), or reports it, once a file. */
  #tell(problem: BuilderError): void {
    if (this.#onProblem === undefined) throw problem;
    if (this.#reported.has(problem.path ?? '')) return;
    this.#reported.add(problem.path ?? '');
    this.#onProblem(problem);
  }
}

/** Whether the path still leads to the file that was read, and not to another that took its place. */
function isStillAt(path: string, { dev, ino }: fs.BigIntStats): boolean {
  const found = fs.statSync(path, { bigint: true, throwIfNoEntry: false });
  return found?.dev === dev && found.ino === ino;
}

function problemOf(code: 'ERR_FILE_CHANGED' | 'ERR_FILE_MISSING', path: string, what: string): BuilderError {
  return new BuilderError(code, `${quoted(path)} ${what}`, { path });
}
