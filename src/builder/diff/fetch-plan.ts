import { lengthOfPiece, type Metainfo, type TorrentFile } from '../../bittorrent/metainfo/metainfo.ts';
import { hasAllLayers, pieceLayersOf } from '../../bittorrent/metainfo/piece-layers.ts';
import { CoarsePieces } from './coarse-pieces.ts';
import { basisOf, pieceBasisOf, pieceHash } from './compare-files.ts';
import type { FetchedFile, FetchPlan } from './types.ts';

/** What a holder of all of A has to fetch for B; undefined when nothing can be said. */
export function fetchPlan(a: Metainfo, b: Metainfo, isSameInfoHash: boolean): FetchPlan | undefined {
  const totalBytes = b.info.contentLength;
  if (isSameInfoHash) return { basis: 'info-hash', totalBytes, fetchBytes: 0, files: [] };
  const basis = fetchBasisOf(a, b);
  if (basis === undefined) return undefined;
  const missing = basis === 'v2' ? missingByRoots(a, b) : missingByPieces(a, b);
  const files = b.info.files.flatMap((file, index): FetchedFile[] => {
    const fetchBytes = file.isPadding ? 0 : (missing[index] ?? 0);
    return fetchBytes === 0 ? [] : [{ path: file.path, length: file.length, fetchBytes }];
  });
  return { basis, totalBytes, fetchBytes: files.reduce((sum, file) => sum + file.fetchBytes, 0), files };
}

/** A hybrid without its piece layers has SHA-1 of pieces all the same. */
function fetchBasisOf(a: Metainfo, b: Metainfo): 'v2' | 'v1' | undefined {
  const basis = basisOf(a.info, b.info);
  return basis === 'v2' && !(hasLayers(a) && hasLayers(b)) ? pieceBasisOf(a.info, b.info) : basis;
}

function hasLayers(metainfo: Metainfo): boolean {
  return hasAllLayers(metainfo.info, pieceLayersOf(metainfo));
}

/** Of each file of B, the bytes that A has nowhere: a file with a known root is there, and else each piece with a known hash. */
function missingByRoots(a: Metainfo, b: Metainfo): number[] {
  const pieceLength = Math.max(a.info.pieceLength, b.info.pieceLength);
  const known = new Set<string>();
  const ofA = new CoarsePieces(a, pieceLength);
  for (const file of a.info.files) for (const hash of ofA.of(file)) known.add(keyOf(hash));
  const roots = new Set(a.info.files.flatMap(({ piecesRoot }) => (piecesRoot ? [keyOf(piecesRoot)] : [])));
  const ofB = new CoarsePieces(b, pieceLength);
  return b.info.files.map((file) => {
    if (file.piecesRoot === undefined || roots.has(keyOf(file.piecesRoot))) return 0;
    if (file.length <= pieceLength) return file.length;
    const missing = ofB.of(file).map((hash, at) => {
      const length = Math.min(pieceLength, file.length - at * pieceLength);
      return known.has(keyOf(hash)) ? 0 : length;
    });
    return missing.reduce((sum, length) => sum + length, 0);
  });
}

/** Of each file of B, the bytes that lie in pieces whose SHA-1 A has nowhere. */
function missingByPieces(a: Metainfo, b: Metainfo): number[] {
  const known = new Set<string>();
  for (let piece = 0; piece < a.info.pieceCount; piece++) known.add(keyOf(pieceHash(a.info, piece)));
  const isMissing = (piece: number): boolean => !known.has(keyOf(pieceHash(b.info, piece)));
  return b.info.files.map((file) => missingIn(file, b, isMissing));
}

function missingIn(file: TorrentFile, { info }: Metainfo, isMissing: (piece: number) => boolean): number {
  const end = file.offset + file.length;
  let bytes = 0;
  for (let piece = Math.floor(file.offset / info.pieceLength); piece * info.pieceLength < end; piece++) {
    if (file.length === 0 || !isMissing(piece)) continue;
    const start = piece * info.pieceLength;
    bytes += Math.min(end, start + lengthOfPiece(info, piece)) - Math.max(file.offset, start);
  }
  return bytes;
}

/** A hash as a key of a set: shorter than hexadecimal. */
function keyOf(hash: Uint8Array): string {
  return Buffer.from(hash.buffer, hash.byteOffset, hash.byteLength).toString('latin1');
}
