import { BLOCK_LENGTH, MERKLE_HASH_LENGTH } from '../../bittorrent/metainfo/merkle.ts';
import { PIECE_HASH_LENGTH, type TorrentVersion } from '../../bittorrent/metainfo/metainfo.ts';
import { DataLayout, type HashFile } from './data-layout.ts';
import { BuilderError, type BuilderErrorCode } from './errors.ts';

export type { HashFile } from './data-layout.ts';

/** What a torrent says of its pieces. */
export interface PieceHashes {
  /** SHA-1 of each piece, 20 bytes each; empty for v2. */
  readonly v1: Uint8Array;
  /** The root over the blocks of each piece (BEP 52), 32 bytes each; empty for v1. */
  readonly v2: Uint8Array;
}

/**
 * Bytes that a thread reads and takes at a time. Shorter reads cost more than the core's own cache saves (256 KiB: -4 %), longer
 * ones gain nothing (bench hashing).
 */
export const READ_BYTES = 1 << 20;

/** Pieces that data may have: their indices are 32-bit numbers on the wire (BEP 3), and signed in most clients. */
export const MAX_PIECES = 2 ** 31 - 1;

/** What became of a piece. */
export const pieceState = { unhashed: 0, hashed: 1, unreadable: 2 } as const;

/**
 * Work for the hashing threads: it is copied to each of them, but for the shared memory in which they meet.
 * A unit is a run of consecutive pieces that fits one read, or one larger piece; a thread takes the next unit when it is free.
 */
export interface HashJob {
  /** Which hashes are made: SHA-1 of pieces (BEP 3), roots of pieces (BEP 52), or both. */
  readonly version: TorrentVersion;
  readonly files: readonly HashFile[];
  readonly pieceLength: number;
  /** Bytes of all files. */
  readonly length: number;
  /** The indices of the pieces to hash. */
  readonly pieces: Int32Array;
  /** Unit `u` holds the entries `units[u]` to `units[u + 1]` of `pieces`. */
  readonly units: Int32Array;
  /** Of each entry of `pieces`. */
  readonly hashes: PieceHashes;
  /** A {@link pieceState} for each entry of `pieces`. */
  readonly states: Uint8Array;
  /** {@link NEXT_UNIT}, {@link STOP}, {@link SPARE_CORES} and {@link READS_AHEAD}. */
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
/** Index in `control`: reads that each thread may have waiting in Node's thread pool; 0: it reads by itself. */
export const READS_AHEAD = 3;

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

/** Where the hashes of an entry of the job's `pieces` lie. */
export function hashesOfEntry({ hashes }: HashJob, entry: number): PieceHashes {
  return hashesAt(hashes, entry);
}

/** Views of the `index`th hashes; of those that are not there, empty ones. */
export function hashesAt({ v1, v2 }: PieceHashes, index: number): PieceHashes {
  return {
    v1: v1.subarray(index * PIECE_HASH_LENGTH, (index + 1) * PIECE_HASH_LENGTH),
    v2: v2.subarray(index * MERKLE_HASH_LENGTH, (index + 1) * MERKLE_HASH_LENGTH),
  };
}

/** What {@link makeHashJob} makes a job of. */
export interface HashJobOptions {
  readonly version: TorrentVersion;
  readonly files: readonly HashFile[];
  /** Bytes. */
  readonly pieceLength: number;
  /** Ascending; all when left out. */
  readonly pieces?: readonly number[] | undefined;
  readonly isTolerant: boolean;
  readonly reportsUnits: boolean;
}

/**
 * Lays out the shared memory of a job.
 * @throws {BuilderError} ERR_OPTION for a piece length that cannot be, ERR_INPUT for more than 2^53 bytes.
 * @throws {RangeError} for pieces that do not ascend or are not there; for v2, for a file that begins within a piece.
 */
export function makeHashJob(options: HashJobOptions): HashJob {
  const { version, files, pieceLength, isTolerant, reportsUnits } = options;
  const { length } = new DataLayout(files);
  if (!Number.isSafeInteger(length))
    throw new BuilderError('ERR_INPUT', 'the files have more than 2^53 bytes together');
  checkHashedPieces(version, pieceLength);
  const pieceCount = Math.ceil(length / pieceLength);
  if (pieceCount > MAX_PIECES)
    throw new BuilderError('ERR_OPTION', `pieces of ${pieceLength} bytes are too short for ${length} bytes`);
  if (version !== 'v1') checkAlignment(files, pieceLength);
  const pieces = shareIndices(options.pieces ?? pieceCount);
  if (pieces.some((piece, at) => piece < 0 || piece >= pieceCount || piece <= (pieces[at - 1] ?? -1)))
    throw new RangeError(`piece indices must ascend and lie between 0 and ${pieceCount - 1}`);
  return {
    version,
    files,
    pieceLength,
    length,
    pieces,
    units: planUnits(pieces, pieceLength),
    hashes: shareHashes(version, pieces.length),
    states: new Uint8Array(new SharedArrayBuffer(pieces.length)),
    control: new Int32Array(new SharedArrayBuffer(16)),
    progress: new BigInt64Array(new SharedArrayBuffer(8)),
    isTolerant,
    reportsUnits,
  };
}

/**
 * Whether a piece can have so many bytes; this is more than `make-torrent` makes, for there are such torrents.
 * @throws {BuilderError} ERR_OPTION
 */
export function checkHashedPieces(version: TorrentVersion, pieceLength: number): void {
  if (!Number.isSafeInteger(pieceLength) || pieceLength < 1)
    throw new BuilderError('ERR_OPTION', `a piece cannot have ${pieceLength} bytes`);
  if (version === 'v1') return;
  // BEP 52: a power of two, and whole blocks.
  if (pieceLength < BLOCK_LENGTH || !Number.isInteger(Math.log2(pieceLength)))
    throw new BuilderError(
      'ERR_OPTION',
      `for v2 a piece cannot have ${pieceLength} bytes: it must be a power of two from 16 KiB on`,
    );
}

/** BEP 52: each file begins with a piece of its own. */
function checkAlignment(files: readonly HashFile[], pieceLength: number): void {
  let offset = 0;
  for (const { path, length } of files) {
    if (path !== undefined && length > 0 && offset % pieceLength !== 0)
      throw new RangeError(`for v2 a file must begin with a piece: ${path}`);
    offset += length;
  }
}

function shareHashes(version: TorrentVersion, count: number): PieceHashes {
  const share = (bytes: number): Uint8Array => new Uint8Array(new SharedArrayBuffer(bytes));
  return {
    v1: share(version === 'v2' ? 0 : count * PIECE_HASH_LENGTH),
    v2: share(version === 'v1' ? 0 : count * MERKLE_HASH_LENGTH),
  };
}

function shareIndices(source: readonly number[] | number): Int32Array {
  const count = typeof source === 'number' ? source : source.length;
  const indices = new Int32Array(new SharedArrayBuffer(4 * count));
  for (let at = 0; at < count; at++) indices[at] = typeof source === 'number' ? at : (source[at] ?? -1);
  return indices;
}

/** Where each unit begins in `pieces`, and last the end of the last. */
function planUnits(pieces: Int32Array, pieceLength: number): Int32Array {
  const perUnit = Math.max(1, Math.floor(READ_BYTES / pieceLength));
  const starts = new Int32Array(new SharedArrayBuffer(4 * (pieces.length + 1)));
  let count = 1;
  for (let [start, at] = [0, 1]; at < pieces.length; at++) {
    const follows = pieces[at] === (pieces[at - 1] ?? 0) + 1;
    if (follows && at - start < perUnit) continue;
    starts[count++] = at;
    start = at;
  }
  if (pieces.length > 0) starts[count++] = pieces.length;
  return starts.subarray(0, count);
}

/** Bytes of the pieces of a job together. */
export function bytesOfJob(job: HashJob): number {
  const last = job.pieces.at(-1);
  if (last === undefined) return 0;
  const missingFromLast = Math.max(0, (last + 1) * job.pieceLength - job.length);
  return job.pieces.length * job.pieceLength - missingFromLast;
}
