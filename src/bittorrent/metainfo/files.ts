import { isUtf8 } from 'node:buffer';
import { type BencodeValue, integerOf } from '../bencode.ts';
import { BencodedDictionary, stringBytes } from '../bencode-dictionary.ts';
import { type BencodeLimits, eachBencodeElement } from '../bencode-scan.ts';
import { ProtocolError } from '../errors.ts';
import { quoted } from '../text.ts';
import type { TorrentFile } from './metainfo.ts';

const LETTER_D = 0x64;
const LETTER_P = 0x70;

/** What `NAME_MAX` is on NTFS and APFS; ext4 counts bytes, so a long name in a wide script fails there, when it is opened. */
const MAX_NAME_LENGTH = 255;
/** Components of a path. */
const MAX_PATH_DEPTH = 100;
/** One entry of `files`: a path, perhaps twice, and a few keys of its maker. Holds the memory that one entry can take. */
const FILE_LIMITS: BencodeLimits = { maxBytes: 64 * 1024, maxDepth: 8, maxItems: 1000 };
/** Legacy names: every byte has a character, so names that differ stay different. */
const LEGACY_TEXT = new TextDecoder('windows-1252');

/** An error about a metainfo file: one sentence, with the key at fault. */
export function metainfoError(message: string, field: string): ProtocolError {
  return new ProtocolError('ERR_METAINFO', message, { field });
}

/**
 * A name that is safe as one component of a path: joined to a folder it stays in that folder, on Windows too, and a terminal
 * takes no orders from it. Names that only Windows has no place for (`CON`, `a:b`, a trailing dot) are accepted: they are good
 * names elsewhere, and where they are not, opening the file fails. Bytes that are not UTF-8 are read as Windows-1252.
 * @throws {ProtocolError} ERR_METAINFO for an empty name, `.`, `..`, a separator, a control character, or more than 255 characters.
 */
export function safeName(value: BencodeValue | undefined, field: string): string {
  if (!(value instanceof Uint8Array) || value.length === 0)
    throw metainfoError(`"${field}" is missing or empty`, field);
  if (value.length > 4 * MAX_NAME_LENGTH) throw tooLong(field);
  const name = isUtf8(value) ? utf8Text(value) : LEGACY_TEXT.decode(value);
  if (name.length > MAX_NAME_LENGTH) throw tooLong(field);
  if (name === '.' || name === '..')
    throw metainfoError(`"${field}" contains ${quoted(name)}, which would leave the folder`, field);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[/\\\u0000-\u001f\u007f-\u009f]/.test(name))
    throw metainfoError(
      `"${field}" contains ${quoted(name)}: separators and control characters are not allowed in a name`,
      field,
    );
  return name;
}

function utf8Text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

function tooLong(field: string): ProtocolError {
  return metainfoError(`"${field}" contains a name of more than ${MAX_NAME_LENGTH} characters`, field);
}

/**
 * A length in bytes.
 * @throws {ProtocolError} ERR_METAINFO when it is missing, negative, or beyond 2^53.
 */
export function safeLength(value: BencodeValue | undefined, field: string): number {
  if (typeof value !== 'number') throw metainfoError(`"${field}" is missing or no number`, field);
  if (value < 0) throw metainfoError(`"${field}" is negative (${value})`, field);
  const length = integerOf(value);
  if (length === undefined) throw metainfoError(`"${field}" is larger than 2^53 bytes`, field);
  return length;
}

/**
 * The files of an info dictionary in order, with their offsets. Paths that differ in case only are two files, as on Linux.
 * @throws {ProtocolError} ERR_METAINFO for an unsafe path, a doubled path, a file where a folder is, or a total beyond 2^53.
 */
export function parseFiles(info: BencodedDictionary, limits: BencodeLimits): TorrentFile[] {
  const list = info.raw('files');
  if (list === undefined) {
    return [{ path: [], length: safeLength(info.get('length'), 'length'), offset: 0, isPadding: false }];
  }
  if (info.has('length')) throw metainfoError('the info dictionary has both "length" and "files"', 'files');
  const files: TorrentFile[] = [];
  let offset = 0;
  // One by one, so that a list of a million things that are no files ends at the first.
  const count = eachBencodeElement(list, limits, (start, end) => {
    const file = parseFile(list.subarray(start, end), offset);
    files.push(file);
    offset += file.length;
    if (!Number.isSafeInteger(offset))
      throw metainfoError('the files are larger than 2^53 bytes together', 'files');
  });
  if (count === undefined || count === 0) throw metainfoError('"files" is no list of files', 'files');
  refuseCollisions(files);
  return files;
}

function parseFile(bytes: Uint8Array, offset: number): TorrentFile {
  if (bytes[0] !== LETTER_D) throw metainfoError('"files" contains something that is no file', 'files');
  const entry = new BencodedDictionary(bytes, FILE_LIMITS);
  const path = parsePath(entry.raw('path.utf-8'), 'path.utf-8') ?? parsePath(entry.raw('path'), 'path');
  if (path === undefined) throw metainfoError('a file in "files" has no path', 'path');
  return {
    path,
    length: safeLength(entry.get('length'), 'length'),
    offset,
    isPadding: entry.bytes('attr')?.includes(LETTER_P) ?? false, // BEP 47
  };
}

function parsePath(list: Uint8Array | undefined, field: string): string[] | undefined {
  const path: string[] = [];
  const read = (start: number, end: number): void => {
    if (path.length === MAX_PATH_DEPTH)
      throw metainfoError(`a path is deeper than ${MAX_PATH_DEPTH} folders`, field);
    path.push(safeName(stringBytes(list?.subarray(start, end)), field));
  };
  const count = list && eachBencodeElement(list, FILE_LIMITS, read);
  return count === undefined || count === 0 ? undefined : path;
}

/** Sorts before every character of a name, so a file is followed at once by what would lie below it. */
const SEPARATOR = '\u0000';

/** No path may come twice, nor be a file in one place and a folder in another. Pad files are never on disk, so they may. */
function refuseCollisions(files: readonly TorrentFile[]): void {
  const paths = files.filter((file) => !file.isPadding).map((file) => file.path.join(SEPARATOR));
  paths.sort();
  for (let i = 1; i < paths.length; i++) {
    const before = paths[i - 1] as string; // 0 <= i - 1 < paths.length
    const path = paths[i] as string; // the same
    if (!path.startsWith(before)) continue;
    const name = quoted(before.replaceAll(SEPARATOR, '/'));
    if (path === before) throw metainfoError(`the path ${name} is listed twice`, 'path');
    if (path[before.length] === SEPARATOR)
      throw metainfoError(`the path ${name} is both a file and a folder`, 'path');
  }
}
