import { createHash } from 'node:crypto';
import { type BencodeValue, integerOf, textOf } from '../bencode.ts';
import { BencodedDictionary } from '../bencode-dictionary.ts';
import type { BencodeLimits } from '../bencode-scan.ts';
import { type InfoHash, infoHashFromBytes, truncatedInfoHash } from '../info-hash.ts';
import { urlsOf, webSeedUrl } from '../url.ts';
import { alignFiles } from './align-files.ts';
import { elementsOf } from './elements.ts';
import { endOf, parseFileList } from './file-list.ts';
import { parseFileTree, type TreeFile } from './file-tree.ts';
import { mergeHybridFiles } from './hybrid-files.ts';
import { BLOCK_LENGTH } from './merkle.ts';
import { type Info, PIECE_HASH_LENGTH, type TorrentFile, type TorrentVersion } from './metainfo.ts';
import { metainfoError, safeName } from './names.ts';
import { relatedFrom } from './related.ts';

/** Bytes of a piece: libtorrent's limit. */
const MAX_PIECE_LENGTH = 512 * 1024 * 1024;
/** The version of BEP 52. */
const META_VERSION = 2;

/** An info dictionary that was read, and the hashes that name it. */
export interface ParsedInfo {
  readonly info: Info;
  readonly infoHash: InfoHash;
  readonly infoHashV2?: Uint8Array;
  /** Whether an encoder would write the same bytes. */
  readonly isCanonical: boolean;
}

/**
 * Reads an info dictionary; what is in the result may be a view of its bytes.
 * @throws {ProtocolError} ERR_METAINFO or ERR_BENCODE.
 */
export function parseInfoDictionary(infoBytes: Uint8Array, limits: BencodeLimits): ParsedInfo {
  const dictionary = new BencodedDictionary(infoBytes, limits);
  const info = infoFrom(dictionary, limits);
  // BEP 52, "infohash": a file is rejected, or its info-hash is that of the bytes as they stand. The order of names is that of the data.
  if (info.version !== 'v1' && !dictionary.isCanonical)
    throw metainfoError('the info dictionary of a v2 torrent must be canonical bencode (BEP 52)', 'info');
  const infoHashV2 = info.version === 'v1' ? undefined : digestOf('sha256', infoBytes);
  const infoHash =
    info.version === 'v2' && infoHashV2 !== undefined
      ? truncatedInfoHash(infoHashV2)
      : infoHashFromBytes(digestOf('sha1', infoBytes));
  return {
    info,
    infoHash,
    ...(infoHashV2 !== undefined && { infoHashV2 }),
    isCanonical: dictionary.isCanonical,
  };
}

function digestOf(algorithm: string, bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash(algorithm).update(bytes).digest());
}

function infoFrom(info: BencodedDictionary, limits: BencodeLimits): Info {
  const version = versionOf(info);
  const pieceLength = pieceLengthFrom(info, version);
  const { name, files } = contentFrom(info, { version, name: nameFrom(info), pieceLength, limits });
  const last = files.at(-1);
  const length = last === undefined ? 0 : endOf(last);
  const source = textOf(info.get('source'));
  const [updateUrl] = urlsOf(elementsOf(info.raw('update-url'), 1), webSeedUrl, 1);
  return {
    version,
    name,
    pieceLength,
    ...piecesFrom(info, { version, length, pieceLength }),
    files,
    length,
    contentLength: files.reduce((sum, file) => sum + (file.isPadding ? 0 : file.length), 0),
    isMultiFile: files[0]?.path.length !== 0,
    isPrivate: isSet(info.get('private')),
    ...(source !== undefined && { source }),
    ...relatedFrom(info),
    ...(updateUrl !== undefined && { updateUrl }),
  };
}

/** BEP 52: `meta version` 2 means that there is a file tree; where there are files of v1 as well, the torrent is a hybrid. */
function versionOf(info: BencodedDictionary): TorrentVersion {
  const metaVersion = integerOf(info.get('meta version')) ?? 1;
  if (metaVersion > META_VERSION)
    throw metainfoError(`"meta version" ${metaVersion} is not known: there are 1 and 2`, 'meta version');
  if (metaVersion === META_VERSION) return info.has('files') || info.has('length') ? 'hybrid' : 'v2';
  if (info.has('file tree'))
    throw metainfoError('there is a "file tree", but "meta version" is not 2 (BEP 52)', 'meta version');
  return 'v1';
}

/** Older makers wrote `name` in the local character set and put the same in UTF-8 beside it. */
function nameFrom(info: BencodedDictionary): string {
  const utf8 = info.bytes('name.utf-8');
  return utf8 === undefined || utf8.length === 0
    ? safeName(info.bytes('name'), 'name')
    : safeName(utf8, 'name.utf-8');
}

function pieceLengthFrom(info: BencodedDictionary, version: TorrentVersion): number {
  const pieceLength = integerOf(info.get('piece length'));
  if (pieceLength === undefined || pieceLength < 1 || pieceLength > MAX_PIECE_LENGTH)
    throw metainfoError(`"piece length" must lie between 1 and ${MAX_PIECE_LENGTH} bytes`, 'piece length');
  const isPower = Number.isInteger(Math.log2(pieceLength));
  if (version !== 'v1' && (pieceLength < BLOCK_LENGTH || !isPower))
    throw metainfoError(
      `"piece length" of a v2 torrent must be a power of two from ${BLOCK_LENGTH} bytes on (BEP 52)`,
      'piece length',
    );
  return pieceLength;
}

/** What the reading of files needs to know of the rest. */
interface FileContext {
  readonly version: TorrentVersion;
  readonly name: string;
  readonly pieceLength: number;
  readonly limits: BencodeLimits;
}

function contentFrom(info: BencodedDictionary, context: FileContext): Pick<Info, 'name' | 'files'> {
  const { version, name, pieceLength, limits } = context;
  if (version === 'v1') return { name, files: parseFileList(info, limits) };
  const tree = treeFrom(info);
  const single = singleFileOf(tree);
  if (version === 'v2') {
    const files = checkedTotal(alignFiles(single === undefined ? tree : [single.file], pieceLength, version));
    return { name: single?.name ?? name, files };
  }
  const listed = parseFileList(info, limits);
  const isSingle = listed[0]?.path.length === 0 && single?.name === name;
  return { name, files: mergeHybridFiles({ listed, tree: isSingle ? [single.file] : tree, pieceLength }) };
}

function treeFrom(info: BencodedDictionary): TreeFile[] {
  const raw = info.raw('file tree');
  if (raw === undefined) throw metainfoError('"file tree" is missing', 'file tree');
  return parseFileTree(raw);
}

/** A tree with nothing but one file is a file without a folder around it, which goes by its own name as in libtorrent. */
function singleFileOf(tree: readonly TreeFile[]): { name: string; file: TreeFile } | undefined {
  const [file, ...others] = tree;
  const [name, ...below] = file?.path ?? [];
  if (file === undefined || name === undefined || others.length > 0 || below.length > 0) return undefined;
  return { name, file: { ...file, path: [] } };
}

function checkedTotal(files: TorrentFile[]): TorrentFile[] {
  for (const file of files) endOf(file);
  return files;
}

function piecesFrom(
  info: BencodedDictionary,
  { version, length, pieceLength }: { version: TorrentVersion; length: number; pieceLength: number },
): { pieces: Uint8Array; pieceCount: number } {
  const pieceCount = Math.ceil(length / pieceLength);
  const pieces = info.bytes('pieces');
  // Of a torrent that is v2 only they say nothing; but where they are, they must fit, as in libtorrent.
  if (pieces === undefined && version === 'v2') return { pieces: new Uint8Array(), pieceCount };
  if (pieces === undefined) throw metainfoError('"pieces" is missing', 'pieces');
  if (pieces.length !== pieceCount * PIECE_HASH_LENGTH)
    throw metainfoError(
      `"pieces" has ${pieces.length} bytes where ${pieceCount} pieces take ${pieceCount * PIECE_HASH_LENGTH}`,
      'pieces',
    );
  return { pieces: version === 'v2' ? new Uint8Array() : pieces, pieceCount };
}

/** BEP 27 says 1; like libtorrent, any other number but 0 is taken for it too: in doubt the torrent stays private. */
function isSet(value: BencodeValue | undefined): boolean {
  return typeof value === 'number' && value !== 0;
}
