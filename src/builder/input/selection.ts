import { BuilderError } from '../hashing/errors.ts';
import { Glob } from './glob.ts';

/** Patterns that one list may hold: each is tried on each file. */
const MAX_PATTERNS = 1000;

/** Which of the files go into a torrent; see {@link Glob} for the patterns. */
export interface SelectionOptions {
  /** Files and folders that match one of these are left out; such a folder is not entered. */
  readonly exclude?: readonly string[] | undefined;
  /** Unless empty, only files are taken that match one of these, or lie in a folder that does. `exclude` wins. */
  readonly include?: readonly string[] | undefined;
}

/** What `exclude` and `include` say of a path. */
export class Selection {
  readonly #exclude: readonly Glob[];
  readonly #include: readonly Glob[];

  /** @throws {BuilderError} ERR_OPTION for a pattern that is empty or broken, or too many of them. */
  constructor({ exclude = [], include = [] }: SelectionOptions) {
    if (exclude.length > MAX_PATTERNS || include.length > MAX_PATTERNS)
      throw new BuilderError('ERR_OPTION', `there are more than ${MAX_PATTERNS} patterns`);
    this.#exclude = exclude.map((pattern) => new Glob(pattern));
    this.#include = include.map((pattern) => new Glob(pattern));
  }

  /** Whether every file is taken. */
  get isEmpty(): boolean {
    return this.#exclude.length === 0 && this.#include.length === 0;
  }

  /** Whether files are taken that no pattern speaks of. */
  get takesOthers(): boolean {
    return this.#include.length === 0;
  }

  /** Whether a file or folder, by its path in the torrent, is left out. */
  excludes(path: readonly string[]): boolean {
    return this.#exclude.some((glob) => glob.matches(path));
  }

  /** Whether a file, or all that is in a folder, is asked for. */
  includes(path: readonly string[]): boolean {
    return this.#include.some((glob) => glob.matches(path));
  }
}
