import { createHash, type Hash, hash } from 'node:crypto';
import { PIECE_HASH_LENGTH } from '../../bittorrent/metainfo/metainfo.ts';
import { DataReader, type Gap } from './data-reader.ts';
import { BuilderError } from './errors.ts';
import {
  type FileProblem,
  type HashJob,
  type HashReport,
  NEXT_UNIT,
  pieceState,
  READ_BYTES,
  SPARE_CORES,
  STOP,
} from './job.ts';
import { PacedReader } from './paced-reader.ts';

/** A range of the data that is read at once: several whole pieces, or a part of one. */
interface Extent {
  readonly unit: number;
  readonly offset: number;
  readonly length: number;
  /** Entries of the job's `pieces`. */
  readonly from: number;
  readonly to: number;
  readonly beginsPiece: boolean;
  readonly endsPiece: boolean;
}

/** An extent being read. */
interface Reading {
  readonly extent: Extent;
  readonly bytes: Uint8Array;
  readonly gaps: Promise<Gap[]>;
}

/**
 * Takes units of the job until none is left, and hashes them: while one extent is hashed, the next is read.
 * Several threads may run the same job at the same time. It never throws: the last report is `done` or `failed`.
 * Memory: two buffers of {@link READ_BYTES}.
 */
export async function runHashJob(job: HashJob, report: (report: HashReport) => void): Promise<void> {
  const onProblem = (problem: BuilderError): void => report({ kind: 'problem', problem: problemOf(problem) });
  const pace = new PacedReader({ hasSpareCores: Atomics.load(job.control, SPARE_CORES) !== 0 });
  const reader = new DataReader(job.files, pace, job.isTolerant ? onProblem : undefined);
  try {
    await hashAll(job, reader, report);
    reader.close();
    report({ kind: 'done' });
  } catch (error) {
    Atomics.store(job.control, STOP, 1);
    reader.abandon();
    report({ kind: 'failed', problem: problemOf(error) });
  }
}

async function hashAll(
  job: HashJob,
  reader: DataReader,
  report: (report: HashReport) => void,
): Promise<void> {
  const hasher = new ExtentHasher(job);
  const extents = extentsOf(job);
  let buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  let spare = Buffer.allocUnsafeSlow(READ_BYTES);
  let reading = startReading(reader, extents.next().value, buffer);
  while (reading !== undefined) {
    const gaps = await reading.gaps;
    const following = startReading(reader, extents.next().value, spare);
    try {
      hasher.hash(reading.extent, reading.bytes, gaps);
    } finally {
      await following?.gaps.catch(() => {}); // a read in flight must not outlive the buffers' use
    }
    Atomics.add(job.progress, 0, BigInt(reading.extent.length));
    if (job.reportsUnits && reading.extent.endsPiece) report({ kind: 'unit', unit: reading.extent.unit });
    [buffer, spare] = [spare, buffer];
    reading = following;
  }
}

function startReading(reader: DataReader, extent: Extent | undefined, buffer: Buffer): Reading | undefined {
  if (extent === undefined) return undefined;
  const bytes = buffer.subarray(0, extent.length);
  return { extent, bytes, gaps: reader.read(bytes, extent.offset) };
}

/** The extents of the units that this thread gets hold of. */
function* extentsOf(job: HashJob): Generator<Extent, undefined> {
  const { pieces, units, pieceLength } = job;
  while (Atomics.load(job.control, STOP) === 0) {
    const unit = Atomics.add(job.control, NEXT_UNIT, 1);
    const from = units[unit];
    const to = units[unit + 1];
    if (from === undefined || to === undefined) return undefined;
    const start = (pieces[from] ?? 0) * pieceLength;
    const end = Math.min(start + (to - from) * pieceLength, job.length);
    for (let offset = start; offset < end; offset += READ_BYTES) {
      if (offset > start && Atomics.load(job.control, STOP) !== 0) return undefined;
      const length = Math.min(READ_BYTES, end - offset);
      const [beginsPiece, endsPiece] = [offset === start, offset + length === end];
      yield { unit, offset, length, from, to, beginsPiece, endsPiece };
    }
  }
  return undefined;
}

/** Turns extents, in order, into digests and states of the job. */
class ExtentHasher {
  readonly #job: HashJob;
  #running: Hash | undefined;
  #hasGap = false;

  constructor(job: HashJob) {
    this.#job = job;
  }

  hash(extent: Extent, bytes: Uint8Array, gaps: readonly Gap[]): void {
    if (extent.beginsPiece && extent.endsPiece) return this.#hashWhole(extent, bytes, gaps);
    if (extent.beginsPiece) [this.#running, this.#hasGap] = [createHash('sha1'), false];
    this.#running?.update(bytes);
    this.#hasGap ||= gaps.length > 0;
    if (extent.endsPiece && this.#running !== undefined)
      this.#settle(extent.from, this.#running.digest(), this.#hasGap);
  }

  /** One call for each piece: for small pieces cheaper than a hash object. */
  #hashWhole(extent: Extent, bytes: Uint8Array, gaps: readonly Gap[]): void {
    const { pieceLength } = this.#job;
    for (let entry = extent.from; entry < extent.to; entry++) {
      const at = (entry - extent.from) * pieceLength;
      const piece = bytes.subarray(at, at + pieceLength);
      const start = extent.offset + at;
      const hasGap = gaps.some((gap) => gap.start < start + piece.length && gap.end > start);
      this.#settle(entry, hash('sha1', piece, 'buffer'), hasGap);
    }
  }

  #settle(entry: number, digest: Uint8Array, hasGap: boolean): void {
    this.#job.digests.set(digest, entry * PIECE_HASH_LENGTH);
    this.#job.states[entry] = hasGap ? pieceState.unreadable : pieceState.hashed;
  }
}

function problemOf(error: unknown): FileProblem {
  if (error instanceof BuilderError) return { code: error.code, message: error.message, path: error.path };
  const reason = error instanceof Error ? error.message : String(error);
  return { code: 'ERR_HASHING', message: `hashing failed: ${reason}`, path: undefined };
}
