import { type BencodeDictionary, type BencodeValue, integerOf, isDictionary, textOf } from './bencode.ts';
import { ProtocolError } from './errors.ts';
import type { TorrentFile } from './metainfo.ts';

/** Files that one torrent may list; clients refuse such lists long before. */
const MAX_FILES = 1_000_000;
/** Bytes of one component of a path: what the common file systems take. */
const MAX_NAME_BYTES = 255;
/** Components of a path. */
const MAX_PATH_DEPTH = 100;

/** An error about a metainfo file: one sentence, with the key at fault. */
export function metainfoError(message: string, field: string): ProtocolError {
  return new ProtocolError('ERR_METAINFO', message, { field });
}

/**
 * A name that is safe as one component of a path on every system.
 * @throws {ProtocolError} ERR_METAINFO for an empty name, `.`, `..`, a separator, a control character, or more than 255 bytes.
 */
export function safeName(value: BencodeValue | undefined, field: string): string {
  const name = textOf(value);
  if (name === undefined || name === '') throw metainfoError(`"${field}" is missing or empty`, field);
  const shown = JSON.stringify(name.slice(0, 80));
  if (name === '.' || name === '..')
    throw metainfoError(`"${field}" contains ${shown}, which would leave the folder`, field);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[/\\\u0000-\u001f\u007f]/.test(name))
    throw metainfoError(
      `"${field}" contains ${shown}: separators and control characters are not allowed in a name`,
      field,
    );
  if (Buffer.byteLength(name) > MAX_NAME_BYTES)
    throw metainfoError(`"${field}" contains a name of more than ${MAX_NAME_BYTES} bytes`, field);
  return name;
}

/**
 * A length in bytes.
 * @throws {ProtocolError} ERR_METAINFO when it is missing or negative.
 */
export function safeLength(value: BencodeValue | undefined, field: string): number {
  const length = integerOf(value);
  if (length === undefined) throw metainfoError(`"${field}" is missing or no number`, field);
  if (length < 0) throw metainfoError(`"${field}" is negative (${length})`, field);
  return length;
}

/**
 * The files of an info dictionary in order, with their offsets.
 * @throws {ProtocolError} ERR_METAINFO for an unsafe path, a doubled path, a file where a folder is, or a total beyond 2^53.
 */
export function parseFiles(info: BencodeDictionary): TorrentFile[] {
  if (info['files'] === undefined) {
    return [{ path: [], length: safeLength(info['length'], 'length'), offset: 0, isPadding: false }];
  }
  if (info['length'] !== undefined)
    throw metainfoError('the info dictionary has both "length" and "files"', 'files');
  const list = info['files'];
  if (!Array.isArray(list) || list.length === 0) throw metainfoError('"files" is no list of files', 'files');
  if (list.length > MAX_FILES) throw metainfoError(`"files" lists more than ${MAX_FILES} files`, 'files');
  const files: TorrentFile[] = [];
  const taken = new PathSet();
  let offset = 0;
  for (const entry of list) {
    const file = parseFile(entry, offset);
    if (!file.isPadding) taken.add(file.path);
    files.push(file);
    offset += file.length;
    if (!Number.isSafeInteger(offset))
      throw metainfoError('the files are larger than 2^53 bytes together', 'files');
  }
  return files;
}

function parseFile(entry: BencodeValue, offset: number): TorrentFile {
  if (!isDictionary(entry)) throw metainfoError('"files" contains something that is no file', 'files');
  const path = entry['path'];
  if (!Array.isArray(path) || path.length === 0) throw metainfoError('a file in "files" has no path', 'path');
  if (path.length > MAX_PATH_DEPTH)
    throw metainfoError(`a path is deeper than ${MAX_PATH_DEPTH} folders`, 'path');
  return {
    path: path.map((component) => safeName(component, 'path')),
    length: safeLength(entry['length'], 'length'),
    offset,
    isPadding: textOf(entry['attr'])?.includes('p') ?? false, // BEP 47
  };
}

/** The paths met so far: none may come twice, nor be a file in one place and a folder in another. */
class PathSet {
  readonly #files = new Set<string>();
  readonly #folders = new Set<string>();

  add(path: readonly string[]): void {
    const shown = path.join('/');
    if (this.#files.has(shown))
      throw metainfoError(`the path ${JSON.stringify(shown)} is listed twice`, 'path');
    if (this.#folders.has(shown))
      throw metainfoError(`the path ${JSON.stringify(shown)} is both a file and a folder`, 'path');
    this.#files.add(shown);
    for (let depth = 1; depth < path.length; depth++) this.#addFolder(path.slice(0, depth).join('/'));
  }

  #addFolder(folder: string): void {
    if (this.#files.has(folder))
      throw metainfoError(`the path ${JSON.stringify(folder)} is both a file and a folder`, 'path');
    this.#folders.add(folder);
  }
}
