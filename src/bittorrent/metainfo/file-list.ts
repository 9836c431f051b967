import { BencodedDictionary } from '../bencode-dictionary.ts';
import { type BencodeLimits, eachBencodeElement } from '../bencode-scan.ts';
import { padPath } from './align-files.ts';
import { refuseCollisions } from './collisions.ts';
import { attributesOf, FILE_LIMITS, isLink, MAX_FILES, pathFrom } from './file-entry.ts';
import type { TorrentFile } from './metainfo.ts';
import { metainfoError, safeLength } from './names.ts';

const LETTER_D = 0x64;
/** BitComet padded long before BEP 47, with zeros in files of such names; libtorrent takes them for pad files too. */
const BITCOMET_PADDING = '_____padding_file_';

/**
 * The files of a v1 info dictionary in order, with their offsets (BEP 3). Paths that differ in case only are two files, as on Linux.
 * @throws {ProtocolError} ERR_METAINFO for an unsafe path, a doubled path, a file where a folder is, or a total beyond 2^53.
 */
export function parseFileList(info: BencodedDictionary, limits: BencodeLimits): TorrentFile[] {
  const list = info.raw('files');
  if (list === undefined) {
    const length = isLink(info) ? 0 : safeLength(info.get('length'), 'length');
    return [{ path: [], length, offset: 0, ...attributesOf(info), isPadding: false }];
  }
  if (info.has('length')) throw metainfoError('the info dictionary has both "length" and "files"', 'files');
  const files: TorrentFile[] = [];
  let offset = 0;
  // One by one, so that a list of a million things that are no files ends at the first.
  const count = eachBencodeElement(list, limits, (start, end) => {
    const file = parseFile(list.subarray(start, end), offset);
    if (files.push(file) > MAX_FILES)
      throw metainfoError(`"files" has more than ${MAX_FILES} files`, 'files');
    offset = endOf(file);
  });
  if (count === undefined || count === 0) throw metainfoError('"files" is no list of files', 'files');
  refuseCollisions(files);
  return files;
}

/**
 * Where the data of a file ends.
 * @throws {ProtocolError} ERR_METAINFO beyond 2^53.
 */
export function endOf(file: Pick<TorrentFile, 'offset' | 'length'>): number {
  const end = file.offset + file.length;
  if (!Number.isSafeInteger(end))
    throw metainfoError('the files are larger than 2^53 bytes together', 'files');
  return end;
}

function parseFile(bytes: Uint8Array, offset: number): TorrentFile {
  if (bytes[0] !== LETTER_D) throw metainfoError('"files" contains something that is no file', 'files');
  const entry = new BencodedDictionary(bytes, FILE_LIMITS);
  const attributes = attributesOf(entry);
  const length = isLink(entry) ? 0 : safeLength(entry.get('length'), 'length');
  const path =
    pathFrom(entry.raw('path.utf-8'), 'path.utf-8') ??
    pathFrom(entry.raw('path'), 'path') ??
    (attributes.isPadding ? padPath(length) : undefined);
  if (path === undefined) throw metainfoError('a file in "files" has no path', 'path');
  const isOldPadding = path.at(-1)?.startsWith(BITCOMET_PADDING) === true;
  return { path, length, offset, ...attributes, ...(isOldPadding && { isPadding: true }) };
}
