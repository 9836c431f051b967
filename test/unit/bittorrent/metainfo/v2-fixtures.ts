import { createHash } from 'node:crypto';
import { toHex } from '../../../../src/bittorrent/hex.ts';
import { alignFiles } from '../../../../src/bittorrent/metainfo/align-files.ts';
import { encodeInfo, encodeMetainfo } from '../../../../src/bittorrent/metainfo/encode.ts';
import { BLOCK_LENGTH, merkleRootOf, powerOfTwoFrom } from '../../../../src/bittorrent/metainfo/merkle.ts';
import type { Metainfo, TorrentVersion } from '../../../../src/bittorrent/metainfo/metainfo.ts';
import { parseMetainfo } from '../../../../src/bittorrent/metainfo/parse.ts';
import { encodePieceLayers, piecesRootOf } from '../../../../src/bittorrent/metainfo/piece-layers.ts';

/** Files by their paths; one with an empty path is a file without a folder. */
export type Contents = Readonly<Record<string, Uint8Array>>;

/** What a torrent of version 2 is made with. */
export interface MakeOptions {
  readonly name: string;
  readonly pieceLength: number;
  readonly version: TorrentVersion;
}

/** Makes a torrent of data in memory, the plain way: the tests' own idea of BEP 52. */
export function makeBytes(contents: Contents, { name, pieceLength, version }: MakeOptions): Uint8Array {
  const layers = new Map<string, Uint8Array>();
  const files = Object.entries(contents).map(([path, bytes]) => {
    const base = { path: path === '' ? [] : path.split('/'), length: bytes.length, isPadding: false };
    if (bytes.length === 0) return base;
    const layer = layerOf(bytes, pieceLength);
    const piecesRoot = piecesRootOf(layer, pieceLength);
    if (bytes.length > pieceLength) layers.set(toHex(piecesRoot), layer);
    return { ...base, piecesRoot };
  });
  const aligned = version === 'v1' ? files : alignFiles(files, pieceLength, version);
  const data = Buffer.concat(
    aligned.map(({ path, length, isPadding }) =>
      isPadding ? Buffer.alloc(length) : (contents[path.join('/')] ?? Buffer.alloc(0)),
    ),
  );
  const infoBytes = encodeInfo({
    name,
    pieceLength,
    version,
    files: aligned,
    pieces: sha1Pieces(data, pieceLength),
  });
  return encodeMetainfo({ infoBytes, ...(version !== 'v1' && { pieceLayers: encodePieceLayers(layers) }) });
}

/** The same, read. */
export function make(contents: Contents, options: MakeOptions): Metainfo {
  return parseMetainfo(makeBytes(contents, options));
}

/** The v2 hashes of the pieces of one file. */
export function layerOf(bytes: Uint8Array, pieceLength: number): Uint8Array {
  const width =
    bytes.length > pieceLength
      ? pieceLength / BLOCK_LENGTH
      : powerOfTwoFrom(Math.ceil(bytes.length / BLOCK_LENGTH));
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += pieceLength) {
    const piece = bytes.subarray(at, at + pieceLength);
    const leaves: Uint8Array[] = [];
    for (let block = 0; block < piece.length; block += BLOCK_LENGTH)
      leaves.push(
        createHash('sha256')
          .update(piece.subarray(block, block + BLOCK_LENGTH))
          .digest(),
      );
    pieces.push(merkleRootOf(new Uint8Array(Buffer.concat(leaves)), width));
  }
  return Buffer.concat(pieces);
}

function sha1Pieces(data: Uint8Array, pieceLength: number): Uint8Array {
  const digests: Uint8Array[] = [];
  for (let at = 0; at < data.length; at += pieceLength)
    digests.push(
      createHash('sha1')
        .update(data.subarray(at, at + pieceLength))
        .digest(),
    );
  return Buffer.concat(digests);
}
