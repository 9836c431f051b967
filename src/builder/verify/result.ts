/**
 * What became of a file:
 * - `ok`: it is there, and so are all its bytes.
 * - `missing`, `unreadable`: it, or a folder on the way to it.
 * - `size`: it has another length; the pieces that it has were looked at all the same.
 * - `pieces`: bytes are wrong.
 * - `unsure`: its only bad pieces also hold bytes of another file that are not there, so nobody can tell.
 * - `kind`: something else has its name: a folder, or a link where a file should be or the other way round.
 * - `link`: a symbolic link that points elsewhere (BEP 47).
 */
export type FileState = 'ok' | 'missing' | 'unreadable' | 'size' | 'pieces' | 'unsure' | 'kind' | 'link';

/** Pieces from the first to the last index, both included. */
export type PieceRange = readonly [first: number, last: number];

/** What was found of one file. */
export interface VerifiedFile {
  /** Where it was looked for, absolute. */
  readonly path: string;
  /** Its path in the torrent, below the torrent's name; empty for the file of a single-file torrent. */
  readonly torrentPath: readonly string[];
  /** Bytes that it should have. */
  readonly length: number;
  readonly state: FileState;
  /** Pieces that hold bytes of it. */
  readonly pieceCount: number;
  /** Those of them that are bad, ascending. */
  readonly badRanges: readonly PieceRange[];
  /** What is wrong, in a few words; undefined when it is `ok`. */
  readonly reason?: string;
}

/** What was found. */
export interface VerifyResult {
  /** Whether every piece is good and every file as the torrent says. */
  readonly isComplete: boolean;
  /** The file or folder that the torrent's name stands for, absolute. */
  readonly root: string;
  readonly goodPieces: number;
  /** Indices of the pieces that are wrong or cannot be read, ascending. */
  readonly badPieces: readonly number[];
  /** Bytes that the good pieces hold, pad files left out. */
  readonly goodBytes: number;
  /** Each file in the torrent's order, pad files left out. */
  readonly files: readonly VerifiedFile[];
  /** When asked for: paths below the root that the torrent does not have, sorted. */
  readonly extraFiles?: readonly string[];
}

/** Ascending indices as ranges. */
export function rangesOf(indices: Iterable<number>): PieceRange[] {
  const ranges: [number, number][] = [];
  for (const index of indices) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === index - 1) last[1] = index;
    else ranges.push([index, index]);
  }
  return ranges;
}
