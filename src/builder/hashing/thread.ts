import { Worker } from 'node:worker_threads';
import type { HashJob, HashReport } from './job.ts';

/** The thread's program lies beside this file, as source or compiled. */
const entry = new URL(`./worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);

/** One hashing thread. It keeps the process alive only while it works. */
export class HashThread {
  readonly #worker: Worker;
  #settle: ((report: HashReport) => void) | undefined;
  #isDead = false;

  constructor() {
    this.#worker = new Worker(entry, { name: 'hashing' });
    this.#worker.on('message', (report: HashReport) => this.#settle?.(report));
    this.#worker.on('error', (error: unknown) => this.#died(String(error)));
    this.#worker.on('exit', () => this.#died('the hashing thread was stopped'));
    this.#worker.unref();
  }

  /** A dead thread takes no more jobs. */
  get isDead(): boolean {
    return this.#isDead;
  }

  /** Runs a job to its end. All that the thread tells goes to `onReport`, the last report included; never rejects. */
  run(job: HashJob, onReport: (report: HashReport) => void): Promise<void> {
    return new Promise((resolve) => {
      this.#settle = (report) => {
        onReport(report);
        if (report.kind !== 'done' && report.kind !== 'failed') return;
        this.#settle = undefined;
        this.#worker.unref();
        resolve();
      };
      if (this.#isDead) return this.#died('the hashing thread was stopped');
      this.#worker.ref();
      this.#worker.postMessage(job);
    });
  }

  /** Ends the thread, in the middle of its work if need be. */
  async stop(): Promise<void> {
    await this.#worker.terminate();
  }

  #died(reason: string): void {
    this.#isDead = true;
    this.#settle?.({ kind: 'failed', problem: { code: 'ERR_HASHING', message: reason, path: undefined } });
  }
}
