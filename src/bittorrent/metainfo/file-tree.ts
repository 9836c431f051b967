import { BencodeCursor } from '../bencode-cursor.ts';
import { BencodedDictionary } from '../bencode-dictionary.ts';
import { refuseCollisions } from './collisions.ts';
import { attributesOf, FILE_LIMITS, isLink, MAX_FILES, MAX_PATH_DEPTH } from './file-entry.ts';
import { MERKLE_HASH_LENGTH } from './merkle.ts';
import type { TorrentFile } from './metainfo.ts';
import { metainfoError, safeLength, safeName } from './names.ts';

/** A file of a v2 tree, before it is known where its data begins. */
export type TreeFile = Omit<TorrentFile, 'offset'>;

const FIELD = 'file tree';

/**
 * The files of a `file tree` in its order (BEP 52, "file tree"): that is the order of the data.
 * @param tree bencoded, and found well formed.
 * @throws {ProtocolError} ERR_METAINFO for an unsafe name, names that do not ascend, a missing root, no files, or more of them than a torrent may have.
 */
export function parseFileTree(tree: Uint8Array): TreeFile[] {
  const reader = new TreeReader(tree);
  reader.readFolder([]);
  if (reader.files.length === 0) throw metainfoError(`"${FIELD}" has no files`, FIELD);
  refuseCollisions(reader.files);
  return reader.files;
}

/**
 * What all paths may take together, spelled out: a tree spells a folder once, however many files it has. A component counts for its
 * characters and the 8 bytes of a reference; a million files with paths of 200 characters have room.
 */
const MAX_PATHS_WEIGHT = 256 * 1024 * 1024;
const COMPONENT_WEIGHT = 8;

class TreeReader {
  readonly files: TreeFile[] = [];
  #pathsWeight = 0;
  readonly #cursor: BencodeCursor;

  constructor(tree: Uint8Array) {
    this.#cursor = new BencodeCursor(tree);
  }

  /** Reads a dictionary of names. */
  readFolder(path: readonly string[], weight = 0): void {
    const cursor = this.#cursor;
    if (!cursor.isAtDictionary) throw metainfoError(`"${FIELD}" contains something that is no folder`, FIELD);
    if (path.length > MAX_PATH_DEPTH)
      throw metainfoError(`a path is deeper than ${MAX_PATH_DEPTH} folders`, FIELD);
    cursor.enter();
    let before: Uint8Array | undefined;
    while (!cursor.isAtEnd) {
      const key = cursor.string();
      // The order of the names is that of the data, and no name comes twice: where they do not ascend, clients would differ.
      if (before !== undefined && Buffer.compare(before, key) >= 0)
        throw metainfoError(`the names in "${FIELD}" do not ascend (BEP 52)`, FIELD);
      before = key;
      if (key.length > 0)
        this.readFolder([...path, safeName(key, FIELD)], weight + key.length + COMPONENT_WEIGHT);
      else this.#readLeaf(path, weight);
    }
    cursor.leave();
  }

  /** The member with the empty key says that the path so far is a file; then it has no other (BEP 52). */
  #readLeaf(path: readonly string[], weight: number): void {
    const cursor = this.#cursor;
    this.#pathsWeight += weight;
    if (this.#pathsWeight > MAX_PATHS_WEIGHT)
      throw metainfoError(`the paths in "${FIELD}" are too long together`, FIELD);
    if (!cursor.isAtDictionary || path.length === 0)
      throw metainfoError(`"${FIELD}" contains something that is no file`, FIELD);
    const file = fileFrom(new BencodedDictionary(cursor.raw(), FILE_LIMITS), path);
    if (!cursor.isAtEnd) throw metainfoError(`"${FIELD}" has a path that is both a file and a folder`, FIELD);
    if (this.files.push(file) > MAX_FILES)
      throw metainfoError(`"${FIELD}" has more than ${MAX_FILES} files`, FIELD);
  }
}

function fileFrom(leaf: BencodedDictionary, path: readonly string[]): TreeFile {
  const attributes = attributesOf(leaf);
  if (attributes.isPadding) throw metainfoError(`"${FIELD}" contains a pad file, which only v1 has`, FIELD);
  if (isLink(leaf)) return { path, length: 0, ...attributes };
  const length = safeLength(leaf.get('length'), 'length');
  if (length === 0) return { path, length, ...attributes };
  const piecesRoot = leaf.bytes('pieces root');
  if (piecesRoot?.length !== MERKLE_HASH_LENGTH || piecesRoot.every((byte) => byte === 0))
    throw metainfoError(`a file has no "pieces root" of ${MERKLE_HASH_LENGTH} bytes`, 'pieces root');
  return { path, length, ...attributes, piecesRoot };
}
