import { BuilderError, quoted } from '../hashing/errors.ts';
import type { ListedFile } from './listed-file.ts';

/** Components that a path may have: the parser of torrents takes no more. */
const MAX_DEPTH = 100;

/** What a {@link FolderNode} is made of. */
export interface FolderFields {
  readonly absolutePath: string;
  /** Without links: two folders with the same one are the same. */
  readonly realPath: string;
  /** In the torrent. */
  readonly path: readonly string[];
  /** Everything in it is asked for. */
  readonly isIncluded: boolean;
  readonly above?: FolderNode;
}

/** A folder that is walked, with what was found in it. */
export class FolderNode implements FolderFields {
  readonly absolutePath: string;
  readonly realPath: string;
  readonly path: readonly string[];
  readonly isIncluded: boolean;
  readonly above?: FolderNode;
  #entries: { readonly key: string; readonly entry: FolderNode | ListedFile }[] = [];

  /** @throws {BuilderError} ERR_INPUT for a folder that is one of those above it, or lies too deep. */
  constructor({ absolutePath, realPath, path, isIncluded, above }: FolderFields) {
    this.absolutePath = absolutePath;
    this.realPath = realPath;
    this.path = path;
    this.isIncluded = isIncluded;
    if (above !== undefined) this.above = above;
    const message = this.#fault();
    if (message !== undefined)
      throw new BuilderError('ERR_INPUT', `${quoted(absolutePath)} ${message}`, { path: absolutePath });
  }

  #fault(): string | undefined {
    if (this.path.length >= MAX_DEPTH) return `lies deeper than ${MAX_DEPTH} folders`;
    for (let folder = this.above; folder !== undefined; folder = folder.above)
      if (folder.realPath === this.realPath) return 'is a link to a folder that contains it';
    return undefined;
  }

  /** Adds a file, or a folder that may still be empty. */
  add(key: string, entry: FolderNode | ListedFile): void {
    this.#entries.push({ key, entry });
  }

  /** Puts the entries in the order of their keys. */
  sort(): void {
    this.#entries.sort((a, b) => (a.key < b.key ? -1 : 1)); // no two are the same
  }

  /** All files in it and below, in the order of the entries. */
  files(into: ListedFile[] = []): ListedFile[] {
    for (const { entry } of this.#entries)
      if (entry instanceof FolderNode) entry.files(into);
      else into.push(entry);
    return into;
  }
}
