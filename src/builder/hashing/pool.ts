import { availableParallelism } from 'node:os';
import { BuilderError } from './errors.ts';
import {
  bytesOfJob,
  type FileProblem,
  type HashJob,
  type HashReport,
  READS_AHEAD,
  SPARE_CORES,
  STOP,
} from './job.ts';
import { MAX_READS_AHEAD } from './read-ahead.ts';
import { runHashJob } from './run-job.ts';
import { HashThread } from './thread.ts';

/** Threads that a pool may have. */
export const MAX_THREADS = 64;

/** Work below this is done where it is asked for: starting a thread takes longer. */
const SMALL_JOB_BYTES = 8 << 20;
const PROGRESS_INTERVAL_MS = 100;

/** How a job is watched. */
export interface JobWatch {
  readonly signal?: AbortSignal | undefined;
  /** Bytes hashed so far; about ten times a second, and once at the end. */
  readonly onProgress?: ((bytesDone: number) => void) | undefined;
  /** A unit of the job is done; asked for with `reportsUnits`. */
  readonly onUnit?: ((unit: number) => void) | undefined;
  /** A file is not as it should be; of tolerant jobs. The same file may be reported by each thread. */
  readonly onProblem?: ((problem: FileProblem) => void) | undefined;
}

/** Options of a {@link HashPool}. */
export interface PoolOptions {
  /** 1 to 64; default: the CPU's cores. */
  readonly threads?: number | undefined;
  /**
   * The calling thread is one of the threads: it begins at once, while the others start. For programs that have nothing
   * else to do; it answers other events about once a millisecond only.
   */
  readonly callerHelps?: boolean;
  /**
   * Reads that wait in Node's thread pool at a time, all threads together; no bound when left out. A disk that hangs keeps so many
   * threads of that pool, which the whole process shares. What is not read there each hashing thread reads by itself.
   */
  readonly maxReads?: number;
}

/**
 * Threads that hash pieces, kept from job to job. They start with the first job that is worth it, or with `start()`, and
 * do not keep the process alive while they are idle. Jobs run one after another, each on all threads.
 */
export class HashPool {
  readonly #size: number;
  readonly #callerHelps: boolean;
  readonly #maxReads: number;
  readonly #threads: HashThread[] = [];
  #last: Promise<unknown> = Promise.resolve();
  #current: HashJob | undefined;
  #isStopped = false;

  /** @throws {BuilderError} ERR_OPTION unless `threads` is 1 to 64. */
  constructor(options: PoolOptions = {}) {
    this.#callerHelps = options.callerHelps ?? false;
    this.#maxReads = options.maxReads ?? Number.POSITIVE_INFINITY;
    this.#size = options.threads ?? Math.min(MAX_THREADS, availableParallelism());
    if (!Number.isInteger(this.#size) || this.#size < 1 || this.#size > MAX_THREADS)
      throw new BuilderError('ERR_OPTION', `threads must be a whole number from 1 to ${MAX_THREADS}`);
  }

  /** Starts the threads ahead of the first job. */
  start(): void {
    this.#grow(this.#callerHelps ? this.#size - 1 : this.#size);
  }

  /**
   * Runs a job on the threads; it waits for the jobs before it.
   * @throws {BuilderError} what a thread met; the signal's reason when it is aborted; what a function of `watch` threw. No
   *   thread works on the job any more then.
   */
  run(job: HashJob, watch: JobWatch = {}): Promise<void> {
    const turn = this.#last.then(() => this.#run(job, watch));
    this.#last = turn.catch(() => {});
    return turn;
  }

  /** Ends the threads, in the middle of a job if need be: that job fails. May be called again. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    if (this.#current !== undefined) stopJob(this.#current);
    await Promise.all(this.#threads.splice(0).map((thread) => thread.stop()));
    await this.#last;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #run(job: HashJob, { signal, ...told }: JobWatch): Promise<void> {
    signal?.throwIfAborted();
    if (this.#isStopped) throw stoppedError();
    this.#current = job;
    const { watch, rethrow } = guarded(told, job);
    const abort = (): void => stopJob(job);
    const tell = (): void => watch.onProgress?.(Number(Atomics.load(job.progress, 0)));
    const timer = watch.onProgress && setInterval(tell, PROGRESS_INTERVAL_MS);
    signal?.addEventListener('abort', abort);
    try {
      const failure = await this.#share(job, watch);
      signal?.throwIfAborted();
      rethrow();
      if (this.#isStopped) throw stoppedError();
      if (failure !== undefined)
        throw new BuilderError(
          failure.code,
          failure.message,
          failure.path === undefined ? {} : { path: failure.path },
        );
      tell();
      rethrow();
    } finally {
      this.#current = undefined;
      clearInterval(timer);
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Runs the job on as many threads as it is worth; resolves when all have ended, with the first failure. */
  async #share(job: HashJob, watch: JobWatch): Promise<FileProblem | undefined> {
    let failure: FileProblem | undefined;
    const onReport = (report: HashReport): void => {
      if (report.kind === 'failed') {
        failure ??= report.problem;
        stopJob(job); // a thread that died could not say so to the others
      } else if (report.kind === 'unit') watch.onUnit?.(report.unit);
      else if (report.kind === 'problem') watch.onProblem?.(report.problem);
    };
    const isSmall = this.#threads.length === 0 && bytesOfJob(job) <= SMALL_JOB_BYTES;
    const wanted = isSmall ? 1 : Math.min(this.#size, job.units.length - 1);
    const isHelping = isSmall || this.#callerHelps;
    this.#grow(isHelping ? wanted - 1 : wanted);
    if (wanted < availableParallelism()) Atomics.store(job.control, SPARE_CORES, 1);
    Atomics.store(job.control, READS_AHEAD, Math.min(MAX_READS_AHEAD, Math.floor(this.#maxReads / wanted)));
    const runs = this.#threads.map((thread) => thread.run(job, onReport));
    if (isHelping) runs.push(runHashJob(job, onReport));
    await Promise.all(runs);
    return failure;
  }

  #grow(count: number): void {
    const alive = this.#threads.filter((thread) => !thread.isDead);
    this.#threads.splice(0, this.#threads.length, ...alive);
    while (this.#threads.length < count) this.#threads.push(new HashThread());
  }
}

function stopJob(job: HashJob): void {
  Atomics.store(job.control, STOP, 1);
}

/** The caller's functions: what the first of them throws would end the process from a timer, and ends the job instead. */
function guarded(watch: JobWatch, job: HashJob): { watch: JobWatch; rethrow: () => void } {
  let thrown: { readonly error: unknown } | undefined;
  const guard =
    <Told>(tell: (told: Told) => void) =>
    (told: Told): void => {
      try {
        if (thrown === undefined) tell(told);
      } catch (error) {
        thrown = { error };
        stopJob(job);
      }
    };
  const { onProgress, onUnit, onProblem } = watch;
  return {
    watch: {
      onProgress: onProgress && guard(onProgress),
      onUnit: onUnit && guard(onUnit),
      onProblem: onProblem && guard(onProblem),
    },
    rethrow: () => {
      if (thrown !== undefined) throw thrown.error;
    },
  };
}

function stoppedError(): BuilderError {
  return new BuilderError('ERR_HASHING', 'the hashing threads were stopped');
}
