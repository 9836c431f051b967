import { createHash } from 'node:crypto';
import {
  BLOCK_LENGTH,
  levelOf,
  MERKLE_HASH_LENGTH,
  merkleRootOf,
  powerOfTwoFrom,
} from '../../../src/bittorrent/metainfo/merkle.ts';
import { bencodeRaw, inOrder, type RawInput, type RawMembers } from './raw-bencode.ts';

/** Bytes a piece in all these torrents. */
export const PIECE = 32 * 1024;
/** Bytes of a file of one piece, and of one with a layer of three hashes. */
export const SMALL = 100;
export const LARGE = 2 * PIECE + 5000;

/** Hashes of data that nobody has: `count` of `size` bytes each, the same at each call. */
export function hashes(count: number, size: number, seed = ''): Uint8Array {
  const digests = Array.from({ length: count }, (_none, n) =>
    createHash('sha256').update(`${seed} ${n}`).digest().subarray(0, size),
  );
  return Buffer.concat(digests);
}

/** `pieces` of so many bytes (BEP 3). */
export const piecesOf = (length: number): Uint8Array => hashes(Math.ceil(length / PIECE), 20);

/** A file of a v2 torrent: its leaf in the file tree, and its piece layer when it is longer than a piece (BEP 52). */
export interface TreeFile {
  readonly leaf: RawMembers;
  readonly root: Uint8Array;
  readonly layer?: Uint8Array;
}

/** A file of a v2 torrent with a root that fits its layer; `name` makes its hashes its own. */
export function treeFile(length: number, name = 'file'): TreeFile {
  if (length <= PIECE) {
    const root = hashes(1, MERKLE_HASH_LENGTH, name);
    return { leaf: { '': { length, ...(length > 0 && { 'pieces root': root }) } }, root };
  }
  const count = Math.ceil(length / PIECE);
  const layer = hashes(count, MERKLE_HASH_LENGTH, name);
  const root = merkleRootOf(new Uint8Array(layer), powerOfTwoFrom(count), levelOf(PIECE / BLOCK_LENGTH));
  return { leaf: { '': { length, 'pieces root': root } }, root, layer };
}

/** `piece layers` of files, by their roots in the order of their bytes; those of one piece have none. */
export function layersOf(files: readonly TreeFile[]): RawInput {
  const pairs = files.flatMap(({ root, layer }) => (layer === undefined ? [] : [[root, layer] as const]));
  return inOrder(pairs.sort(([a], [b]) => Buffer.compare(a, b)));
}

/** The info dictionary of a single v1 file. */
export const v1Info: RawMembers = {
  length: SMALL,
  name: 'file.bin',
  'piece length': PIECE,
  pieces: piecesOf(SMALL),
};

/** A v1 torrent of one file, with other members. */
export function v1(info: RawMembers = {}, root: RawMembers = {}): Uint8Array {
  return torrent({ ...v1Info, ...info }, root);
}

/** An entry of `files`. */
export const entry = (length: number | bigint, ...path: readonly (string | Uint8Array)[]): RawMembers => ({
  length,
  path,
});

/** A v1 torrent of a folder; its pieces fit `total`. */
export function v1Folder(files: RawInput, total: number, info: RawMembers = {}): Uint8Array {
  return v1({ length: undefined, name: 'folder', files, pieces: piecesOf(total), ...info });
}

/** A metainfo file with this info dictionary. */
export function torrent(info: RawInput, root: RawMembers = {}): Uint8Array {
  return bencodeRaw({ info, ...root });
}

const large = treeFile(LARGE, 'large');
const small = treeFile(SMALL, 'small');

/** The file tree of the good v2 torrent: a folder with a large and a small file, and an empty one. */
export const goodTree: RawMembers = { a: large.leaf, b: { c: small.leaf }, empty: treeFile(0).leaf };
/** Its files, in the tree's order. */
export const goodFiles: readonly TreeFile[] = [large, small];

/** The info dictionary of the good v2 torrent. */
export const v2Info: RawMembers = {
  'file tree': goodTree,
  'meta version': 2,
  name: 'folder',
  'piece length': PIECE,
};

/** The good v2 torrent with other members (BEP 52). */
export function v2(info: RawMembers = {}, root: RawMembers = {}): Uint8Array {
  return torrent({ ...v2Info, ...info }, { 'piece layers': layersOf(goodFiles), ...root });
}

/** A v2 torrent of this file tree, whose files have no layers. */
export function v2Tree(tree: RawInput, info: RawMembers = {}): Uint8Array {
  return v2({ 'file tree': tree, ...info }, { 'piece layers': {} });
}

/** A pad file of a hybrid torrent (BEP 47). */
export const pad = (length: number): RawMembers => ({ attr: 'p', length, path: ['.pad', `${length}`] });

const LARGE_PAD = 3 * PIECE - LARGE;
/** `files` of the good hybrid torrent: each file begins at a piece; the pad at the end is libtorrent's own habit. */
export const hybridFiles: readonly RawMembers[] = [
  entry(LARGE, 'a'),
  pad(LARGE_PAD),
  entry(SMALL, 'b', 'c'),
  pad(PIECE - SMALL),
  entry(0, 'empty'),
];

/** The good hybrid torrent with another `files` and other members; `pieces` fits four pieces. */
export function hybrid(
  files: RawInput = hybridFiles,
  info: RawMembers = {},
  root: RawMembers = {},
): Uint8Array {
  return v2({ files, pieces: piecesOf(4 * PIECE), ...info }, root);
}

/** Good torrents of all versions with all that may stand in them, to be spoilt. */
export function goodTorrents(): Uint8Array[] {
  const around: RawMembers = {
    announce: 'http://a.example/announce',
    'announce-list': [['http://a.example/announce', 'udp://b.example:6969'], ['wss://c.example/']],
    comment: 'c',
    'created by': 'm',
    'creation date': 1_700_000_000,
    httpseeds: ['http://h.example/'],
    nodes: [['127.0.0.1', 6881]],
    'url-list': ['http://w.example/'],
  };
  const link: RawMembers = { attr: 'l', length: 0, path: ['link'], 'symlink path': ['d', 'a'] };
  const leaf: RawMembers = { '': { attr: 'lx', 'symlink path': ['a'] } };
  const single = treeFile(LARGE, 'single');
  const info: RawMembers = { 'file tree': { one: single.leaf }, name: 'one' };
  const layers: RawMembers = { 'piece layers': layersOf([single]) };
  return [
    v1({ private: 1, source: 'S', 'name.utf-8': 'file.bin' }, around),
    v1Folder([entry(SMALL, 'd', 'a'), pad(50), entry(LARGE, 'd', 'e', 'b'), link], SMALL + 50 + LARGE),
    v2({}, around),
    v2({ 'file tree': { ...goodTree, link: leaf }, similar: [hashes(1, 20)], collections: ['c'] }),
    v2(info, layers),
    hybrid(hybridFiles, { private: 1 }, around),
    v2({ ...info, length: LARGE, pieces: piecesOf(LARGE) }, layers),
  ];
}
