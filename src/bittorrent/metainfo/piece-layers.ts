import { BencodeCursor } from '../bencode-cursor.ts';
import { stringBytes } from '../bencode-dictionary.ts';
import { bytesEqual, toHex } from '../hex.ts';
import { quoted } from '../text.ts';
import { BLOCK_LENGTH, levelOf, MERKLE_HASH_LENGTH, merkleRootOf, powerOfTwoFrom } from './merkle.ts';
import type { Info, Metainfo, TorrentFile } from './metainfo.ts';
import { metainfoError } from './names.ts';

const FIELD = 'piece layers';

/** The hashes of each file's pieces, 32 bytes each, by the file's pieces root in hexadecimal. */
export type PieceLayers = ReadonlyMap<string, Uint8Array>;

/**
 * The `piece layers` of a metainfo file (BEP 52): of each file that is longer than a piece, the hashes of its pieces.
 * What belongs to no file is left out, and so is a layer that the file lacks. The layers are views.
 * @param raw bencoded, and found well formed; undefined where the file has none.
 * @throws {ProtocolError} ERR_METAINFO when a layer has another length, or is not what the file's root says.
 */
export function parsePieceLayers(
  raw: Uint8Array | undefined,
  info: Pick<Info, 'files' | 'pieceLength'>,
): PieceLayers {
  const wanted = layeredFiles(info);
  const layers = layersOf(raw, wanted);
  for (const [root, file] of wanted) {
    const layer = layers.get(root);
    if (layer !== undefined) checkLayer(file, Buffer.from(root, 'hex'), layer, info.pieceLength);
  }
  return layers;
}

/** The same of a metainfo file that was read: its layers were checked then, which takes a while for a million pieces. */
export function pieceLayersOf({ info, pieceLayers }: Pick<Metainfo, 'info' | 'pieceLayers'>): PieceLayers {
  return layersOf(pieceLayers, layeredFiles(info));
}

/**
 * The files that have a layer, by their pieces roots in hexadecimal: those that are longer than a piece. Equal files share theirs.
 * @throws {ProtocolError} ERR_METAINFO when files have one root, but not as many pieces.
 */
export function layeredFiles({
  files,
  pieceLength,
}: Pick<Info, 'files' | 'pieceLength'>): Map<string, TorrentFile> {
  const wanted = new Map<string, TorrentFile>();
  for (const file of files) {
    if (file.piecesRoot === undefined || file.length <= pieceLength) continue;
    const root = toHex(file.piecesRoot);
    const twin = wanted.get(root);
    if (twin !== undefined && layerBytes(twin, pieceLength) !== layerBytes(file, pieceLength))
      throw metainfoError(
        `${nameOf(twin)} and ${nameOf(file)} have one pieces root, but not as many pieces`,
        'pieces root',
      );
    wanted.set(root, file);
  }
  return wanted;
}

/** Those of the layers that belong to a file. */
function layersOf(
  raw: Uint8Array | undefined,
  wanted: ReadonlyMap<string, TorrentFile>,
): Map<string, Uint8Array> {
  const layers = new Map<string, Uint8Array>();
  if (raw === undefined) return layers;
  const cursor = new BencodeCursor(raw);
  if (!cursor.isAtDictionary) return layers;
  cursor.enter();
  while (!cursor.isAtEnd) {
    const root = cursor.string();
    const layer = stringBytes(cursor.raw());
    if (root.length !== MERKLE_HASH_LENGTH || layer === undefined || layer.length % MERKLE_HASH_LENGTH > 0)
      throw metainfoError(`"${FIELD}" contains something that is no layer of hashes`, FIELD);
    const key = toHex(root);
    if (wanted.has(key)) layers.set(key, layer);
  }
  return layers;
}

/** Bytes of a file's layer. */
export function layerBytes({ length }: TorrentFile, pieceLength: number): number {
  return Math.ceil(length / pieceLength) * MERKLE_HASH_LENGTH;
}

function checkLayer(file: TorrentFile, root: Uint8Array, layer: Uint8Array, pieceLength: number): void {
  const expected = layerBytes(file, pieceLength);
  if (layer.length !== expected)
    throw metainfoError(
      `"${FIELD}" has ${layer.length} bytes for the file ${nameOf(file)} where its pieces take ${expected}`,
      FIELD,
    );
  const pieces = layer.length / MERKLE_HASH_LENGTH;
  const found = merkleRootOf(layer, powerOfTwoFrom(pieces), levelOf(pieceLength / BLOCK_LENGTH));
  if (!bytesEqual(found, root))
    throw metainfoError(`"${FIELD}" does not match the pieces root of the file ${nameOf(file)}`, FIELD);
}

function nameOf(file: TorrentFile): string {
  return quoted(file.path.join('/'));
}

/** Whether there is a layer for each file that is longer than a piece. */
export function hasAllLayers(info: Pick<Info, 'files' | 'pieceLength'>, layers: PieceLayers): boolean {
  return info.files.every(
    ({ piecesRoot, length }) =>
      piecesRoot === undefined || length <= info.pieceLength || layers.has(toHex(piecesRoot)),
  );
}

/**
 * The v2 hash of every piece of a torrent, 32 bytes each: the layers of its files, or the root of a file that fits one piece.
 * @param layers of the torrent, as {@link parsePieceLayers} returns them.
 * @returns undefined when a layer is missing.
 */
export function pieceHashesV2(info: Info, layers: PieceLayers): Uint8Array | undefined {
  // Before memory is taken: without layers, lengths are nothing but what a stranger says.
  if (!hasAllLayers(info, layers)) return undefined;
  const hashes = new Uint8Array(info.pieceCount * MERKLE_HASH_LENGTH);
  for (const { piecesRoot, offset, length } of info.files) {
    if (piecesRoot === undefined) continue;
    const ofFile = length <= info.pieceLength ? piecesRoot : layers.get(toHex(piecesRoot));
    hashes.set(ofFile ?? [], (offset / info.pieceLength) * MERKLE_HASH_LENGTH);
  }
  return hashes;
}

/**
 * The pieces root of a file (BEP 52).
 * @param pieceHashes of its pieces in order, 32 bytes each.
 */
export function piecesRootOf(pieceHashes: Uint8Array, pieceLength: number): Uint8Array {
  const pieces = pieceHashes.length / MERKLE_HASH_LENGTH;
  if (pieces === 1) return new Uint8Array(pieceHashes);
  return merkleRootOf(pieceHashes, powerOfTwoFrom(pieces), levelOf(pieceLength / BLOCK_LENGTH));
}

/** The `piece layers` of files, bencoded (BEP 52): one entry a root, so that equal files share theirs. */
export function encodePieceLayers(layers: PieceLayers): Uint8Array {
  const entries = [...layers].sort(([a], [b]) => (a < b ? -1 : 1)); // the order of hexadecimal digits is that of the bytes
  const parts = entries.flatMap(([root, layer]) => [
    Buffer.from(`${MERKLE_HASH_LENGTH}:`),
    Buffer.from(root, 'hex'),
    Buffer.from(`${layer.length}:`),
    layer,
  ]);
  return Buffer.concat([Buffer.from('d'), ...parts, Buffer.from('e')]);
}
