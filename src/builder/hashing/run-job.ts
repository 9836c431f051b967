import { setImmediate as nextTurn } from 'node:timers/promises';
import { DataReader } from './data-reader.ts';
import { BuilderError } from './errors.ts';
import { type Extent, ExtentHasher } from './extent-hasher.ts';
import {
  type FileProblem,
  type HashJob,
  type HashReport,
  NEXT_UNIT,
  READ_BYTES,
  READS_AHEAD,
  SPARE_CORES,
  STOP,
} from './job.ts';
import { PacedReader } from './paced-reader.ts';
import { PieceContents } from './piece-contents.ts';
import { ReadAhead } from './read-ahead.ts';

/** Reads that do not wait let nothing else happen in the thread, which may be the program's own. */
const TURN_MS = 5;

/**
 * Takes units of the job until none is left, and hashes them, while the next are read.
 * Several threads may run the same job at the same time. It never throws: the last report is `done` or `failed`.
 * Memory: that of {@link ReadAhead}.
 */
export async function runHashJob(job: HashJob, report: (report: HashReport) => void): Promise<void> {
  const onProblem = (problem: BuilderError): void => report({ kind: 'problem', problem: problemOf(problem) });
  const readsAhead = Atomics.load(job.control, READS_AHEAD);
  const pace = new PacedReader({
    hasSpareCores: Atomics.load(job.control, SPARE_CORES) !== 0,
    mayUsePool: readsAhead > 0,
  });
  const reader = new DataReader(job.files, pace, {
    skipsPadding: job.version !== 'v1', // the hasher knows where it lies
    onProblem: job.isTolerant ? onProblem : undefined,
  });
  const contents = new PieceContents(job);
  const extents = new ReadAhead(reader, pace, extentsOf(job, contents), readsAhead);
  try {
    await hashAll(job, extents, new ExtentHasher(job, contents), report);
    reader.close();
    report({ kind: 'done' });
  } catch (error) {
    Atomics.store(job.control, STOP, 1);
    await extents.end();
    reader.abandon();
    report({ kind: 'failed', problem: problemOf(error) });
  }
}

async function hashAll(
  job: HashJob,
  extents: ReadAhead,
  hasher: ExtentHasher,
  report: (report: HashReport) => void,
): Promise<void> {
  let turnEnds = performance.now() + TURN_MS;
  for (let read = await extents.next(); read !== undefined; read = await extents.next()) {
    if (performance.now() > turnEnds) {
      await nextTurn();
      turnEnds = performance.now() + TURN_MS;
    }
    const hashed = hasher.hash(read.extent, read.bytes, read.gaps);
    Atomics.add(job.progress, 0, BigInt(hashed));
    if (job.reportsUnits && read.extent.endsUnit) report({ kind: 'unit', unit: read.extent.unit });
  }
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
