import { PIECE_HASH_LENGTH } from '../../bittorrent/metainfo/metainfo.ts';
import type { BuilderErrorCode } from './errors.ts';

/** One file of the data to hash; the files lie one behind the other. */
export interface HashFile {
  /** Absolute, or undefined for a pad file: zeros that exist in the hashes only (BEP 47). */
  readonly path: string | undefined;
  /** Bytes. */
  readonly length: number;
}

/** Bytes that a thread reads at a time. Each has two such buffers, so that reading and hashing overlap. */
export const READ_BYTES = 1 << 20;

/** What became of a piece. */
export const pieceState = { unhashed: 0, hashed: 1, unreadable: 2 } as const;

/**
 * Work for the hashing threads: it is copied to each of them, but for the shared memory in which they meet.
 * A unit is a run of consecutive pieces that fits one read, or one larger piece; a thread takes the next unit when it is free.
 */
export interface HashJob {
  readonly files: readonly HashFile[];
  readonly pieceLength: number;
  /** Bytes of all files. */
  readonly length: number;
  /** The indices of the pieces to hash. */
  readonly pieces: Int32Array;
  /** Unit `u` holds the entries `units[u]` to `units[u + 1]` of `pieces`. */
  readonly units: Int32Array;
  /** SHA-1 of each entry of `pieces`, 20 bytes each. */
  readonly digests: Uint8Array;
  /** A {@link pieceState} for each entry of `pieces`. */
  readonly states: Uint8Array;
  /** {@link NEXT_UNIT}, {@link STOP} and {@link SPARE_CORES}. */
  readonly control: Int32Array;
  /** Bytes hashed by all threads. */
  readonly progress: BigInt64Array;
  /** Goes on when a file is missing or has another length: its pieces become `unreadable`. */
  readonly isTolerant: boolean;
  /** Reports each unit when it is done. */
  readonly reportsUnits: boolean;
}

/** Index in `control`: the next unit that nobody has taken. */
export const NEXT_UNIT = 0;
/** Index in `control`: not zero when the threads shall stop. */
export const STOP = 1;
/** Index in `control`: not zero when there are more cores than hashing threads. */
export const SPARE_CORES = 2;

/** What is wrong with a file, as plain data that passes between threads. */
export interface FileProblem {
  readonly code: BuilderErrorCode;
  readonly message: string;
  readonly path: string | undefined;
}

/** What a thread tells while it works, and last of all `done` or `failed`. */
export type HashReport =
  | { readonly kind: 'unit'; readonly unit: number }
  | { readonly kind: 'problem'; readonly problem: FileProblem }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly problem: FileProblem };

/** Lays out the shared memory of a job. `pieces` must be ascending. */
export function makeHashJob(options: {
  readonly files: readonly HashFile[];
  readonly pieceLength: number;
  readonly pieces?: readonly number[] | undefined;
  readonly isTolerant: boolean;
  readonly reportsUnits: boolean;
}): HashJob {
  const { files, pieceLength, isTolerant, reportsUnits } = options;
  const length = files.reduce((sum, file) => sum + file.length, 0);
  const pieceCount = Math.ceil(length / pieceLength);
  const pieces = shareIndices(options.pieces ?? pieceCount);
  if (pieces.some((piece, at) => piece < 0 || piece >= pieceCount || piece <= (pieces[at - 1] ?? -1)))
    throw new RangeError(`piece indices must ascend and lie between 0 and ${pieceCount - 1}`);
  return {
    files,
    pieceLength,
    length,
    pieces,
    units: planUnits(pieces, pieceLength),
    digests: new Uint8Array(new SharedArrayBuffer(pieces.length * PIECE_HASH_LENGTH)),
    states: new Uint8Array(new SharedArrayBuffer(pieces.length)),
    control: new Int32Array(new SharedArrayBuffer(12)),
    progress: new BigInt64Array(new SharedArrayBuffer(8)),
    isTolerant,
    reportsUnits,
  };
}

function shareIndices(source: readonly number[] | number): Int32Array {
  const count = typeof source === 'number' ? source : source.length;
  const indices = new Int32Array(new SharedArrayBuffer(4 * count));
  for (let at = 0; at < count; at++) indices[at] = typeof source === 'number' ? at : (source[at] ?? -1);
  return indices;
}

/** Where each unit begins in `pieces`, and last the end of the last. */
export function planUnits(pieces: Int32Array, pieceLength: number): Int32Array {
  const perUnit = Math.max(1, Math.floor(READ_BYTES / pieceLength));
  const starts: number[] = [0];
  let start = 0;
  for (let at = 1; at < pieces.length; at++) {
    const follows = pieces[at] === (pieces[at - 1] ?? 0) + 1;
    if (follows && at - start < perUnit) continue;
    starts.push(at);
    start = at;
  }
  if (pieces.length > 0) starts.push(pieces.length);
  return Int32Array.from(starts);
}

/** Bytes of the pieces of a job together. */
export function bytesOfJob(job: HashJob): number {
  const last = job.pieces.at(-1);
  if (last === undefined) return 0;
  const missingFromLast = Math.max(0, (last + 1) * job.pieceLength - job.length);
  return job.pieces.length * job.pieceLength - missingFromLast;
}
