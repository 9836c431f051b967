import type { Torrent } from '../torrent.ts';

/** A file of a torrent and how much of it is here. */
export interface FileProgress {
  /** Its number in the torrent, from 0, as preferences name it; pad files are not counted. */
  readonly index: number;
  /** Its path below the torrent's name; of a torrent of one file its name alone. */
  readonly path: string;
  /** Where it lies, or will lie, on disk. */
  readonly diskPath: string;
  /** Bytes. */
  readonly length: number;
  /** Bytes of it in pieces that are here and good. */
  readonly completedBytes: number;
  /** 0: it is not wanted; the higher, the earlier it is fetched. */
  readonly priority: number;
}

/** Which files are asked for: so many behind the first `skip` of them. */
export interface FileRange {
  readonly skip?: number;
  readonly count?: number;
}

/** Files of a torrent, in its order; pad files (BEP 47) are left out. */
export function fileProgress(
  torrent: Torrent,
  { skip = 0, count = Number.POSITIVE_INFINITY }: FileRange = {},
): FileProgress[] {
  const { files } = torrent.metainfo.info;
  const some: FileProgress[] = [];
  let number = 0;
  for (const [index, { path, length, offset, isPadding }] of files.entries()) {
    if (isPadding || number++ < skip) continue;
    if (some.length >= count) break;
    some.push({
      index: number - 1,
      path: path.length === 0 ? torrent.name : path.join('/'),
      diskPath: torrent.files[index]?.path ?? torrent.dataPath,
      length,
      completedBytes: completedBytes(torrent, offset, length),
      priority: torrent.selection.priorityOfFile(index),
    });
  }
  return some;
}

/** The pieces in which a part of a torrent's data lies, both ends included; undefined when it has no bytes. */
export function piecesOf(
  { offset, length }: { readonly offset: number; readonly length: number },
  pieceLength: number,
): readonly [first: number, last: number] | undefined {
  if (length === 0) return undefined;
  return [Math.floor(offset / pieceLength), Math.floor((offset + length - 1) / pieceLength)];
}

function completedBytes(torrent: Torrent, offset: number, length: number): number {
  if (torrent.isComplete) return length;
  const range = piecesOf({ offset, length }, torrent.pieceLength);
  if (range === undefined || !torrent.hasAny) return 0;
  const end = offset + length;
  let bytes = 0;
  for (let piece = range[0]; piece <= range[1]; piece++) {
    if (!torrent.hasPiece(piece)) continue;
    const start = piece * torrent.pieceLength;
    bytes += Math.min(end, start + torrent.pieceLength) - Math.max(offset, start);
  }
  return bytes;
}
