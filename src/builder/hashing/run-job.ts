import { DataReader, type Gap } from './data-reader.ts';
import { BuilderError } from './errors.ts';
import { type Extent, ExtentHasher } from './extent-hasher.ts';
import {
  type FileProblem,
  type HashJob,
  type HashReport,
  NEXT_UNIT,
  READ_BYTES,
  SPARE_CORES,
  STOP,
} from './job.ts';
import { PacedReader } from './paced-reader.ts';
import { PieceContents } from './piece-contents.ts';

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
  const reader = new DataReader(job.files, pace, {
    skipsPadding: job.version !== 'v1', // the hasher knows where it lies
    onProblem: job.isTolerant ? onProblem : undefined,
  });
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
  const contents = new PieceContents(job);
  const hasher = new ExtentHasher(job, contents);
  const extents = extentsOf(job, contents);
  let buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  let spare = Buffer.allocUnsafeSlow(READ_BYTES);
  let reading = startReading(reader, extents.next().value, buffer);
  while (reading !== undefined) {
    const gaps = await reading.gaps;
    const following = startReading(reader, extents.next().value, spare);
    try {
      const hashed = hasher.hash(reading.extent, reading.bytes, gaps);
      Atomics.add(job.progress, 0, BigInt(hashed));
    } finally {
      await following?.gaps.catch(() => {}); // a read in flight must not outlive the buffers' use
    }
    if (job.reportsUnits && reading.extent.endsUnit) report({ kind: 'unit', unit: reading.extent.unit });
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
function* extentsOf(job: HashJob, contents: PieceContents): Generator<Extent, undefined> {
  const { pieces, units, pieceLength } = job;
  while (Atomics.load(job.control, STOP) === 0) {
    const unit = Atomics.add(job.control, NEXT_UNIT, 1);
    const from = units[unit];
    const to = units[unit + 1];
    if (from === undefined || to === undefined) return undefined;
    const start = (pieces[from] ?? 0) * pieceLength;
    const end = start + (to - from - 1) * pieceLength + contents.of(pieces[to - 1] ?? 0).own;
    // At least one, so that a piece without bytes of its own is hashed too.
    for (let offset = start; offset < end || offset === start; offset += READ_BYTES) {
      if (offset > start && Atomics.load(job.control, STOP) !== 0) return undefined;
      const length = Math.min(READ_BYTES, end - offset);
      yield { unit, offset, length, from, to, endsUnit: offset + length === end };
    }
  }
  return undefined;
}

function problemOf(error: unknown): FileProblem {
  if (error instanceof BuilderError) return { code: error.code, message: error.message, path: error.path };
  const reason = error instanceof Error ? error.message : String(error);
  return { code: 'ERR_HASHING', message: `hashing failed: ${reason}`, path: undefined };
}
