import { type BencodedDictionary, stringBytes } from '../bencode-dictionary.ts';
import { type BencodeLimits, eachBencodeElement } from '../bencode-scan.ts';
import type { TorrentFile } from './metainfo.ts';
import { metainfoError, safeName } from './names.ts';

/** Components of a path. */
export const MAX_PATH_DEPTH = 100;
/** Files of a torrent. */
export const MAX_FILES = 1_000_000;
/** One file's entry: a path, perhaps twice, and a few keys of its maker. Holds the memory that one entry can take. */
export const FILE_LIMITS: BencodeLimits = { maxBytes: 64 * 1024, maxDepth: 8, maxItems: 1000 };

const LETTER_H = 0x68;
const LETTER_L = 0x6c;
const LETTER_P = 0x70;
const LETTER_X = 0x78;

/** What BEP 47 adds to a file. */
type Attributes = Pick<TorrentFile, 'isPadding' | 'isExecutable' | 'isHidden' | 'linkTarget'>;

/**
 * The attributes of a file's entry (BEP 47), in a list of v1 or a leaf of a v2 tree. A link without a target is an empty file.
 * @throws {ProtocolError} ERR_METAINFO for a link with a target that could leave the torrent.
 */
export function attributesOf(entry: BencodedDictionary): Attributes {
  const letters = entry.bytes('attr');
  if (letters === undefined) return { isPadding: false };
  const isPadding = letters.includes(LETTER_P);
  const linkTarget = isLink(entry) ? pathFrom(entry.raw('symlink path'), 'symlink path') : undefined;
  return {
    isPadding,
    ...(letters.includes(LETTER_X) && { isExecutable: true }),
    ...(letters.includes(LETTER_H) && { isHidden: true }),
    ...(linkTarget !== undefined && { linkTarget }),
  };
}

/** Whether the entry is a symbolic link: it has no data then, whatever its length says (BEP 47). */
export function isLink(entry: BencodedDictionary): boolean {
  const letters = entry.bytes('attr');
  return letters?.includes(LETTER_L) === true && !letters.includes(LETTER_P);
}

/**
 * The components of a bencoded path; undefined when it is no list, or an empty one.
 * @throws {ProtocolError} ERR_METAINFO for a component that is not safe, or too many of them.
 */
export function pathFrom(list: Uint8Array | undefined, field: string): string[] | undefined {
  const path: string[] = [];
  const read = (start: number, end: number): void => {
    if (path.length === MAX_PATH_DEPTH)
      throw metainfoError(`a path is deeper than ${MAX_PATH_DEPTH} folders`, field);
    path.push(safeName(stringBytes(list?.subarray(start, end)), field));
  };
  const count = list && eachBencodeElement(list, FILE_LIMITS, read);
  return count === undefined || count === 0 ? undefined : path;
}
