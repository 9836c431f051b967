import { Worker } from 'node:worker_threads';
import { PersistenceError } from '../errors.ts';
import type { SqliteDatabase, SqliteOptions } from './sqlite-database.ts';
import type { Method, WorkerRequest, WorkerResponse } from './worker-protocol.ts';

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** Calls the methods of a {@link SqliteDatabase} in its worker thread. */
export class WorkerLink {
  readonly #worker: Worker;
  readonly #path: string;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #hasEnded = false;

  constructor(options: SqliteOptions) {
    this.#path = options.path;
    // Compiled code lies beside a compiled worker: tsc rewrites imports, but not URLs.
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    this.#worker = new Worker(new URL(`./worker.${extension}`, import.meta.url), { workerData: options });
    this.#worker.on('message', (response: WorkerResponse) => this.#settle(response));
    this.#worker.on('error', (error: unknown) => this.#end(error));
    this.#worker.on('exit', () => this.#end(undefined));
    this.#worker.unref(); // an idle database keeps no process alive
  }

  /** The thread is gone; another link is needed. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Runs a method in the worker. What `transfer` names is no longer ours. */
  call<M extends Method>(
    method: M,
    args: Parameters<SqliteDatabase[M]>,
    transfer: ArrayBuffer[] = [],
  ): Promise<Awaited<ReturnType<SqliteDatabase[M]>>> {
    if (this.#hasEnded) return Promise.reject(this.#closedError(undefined));
    const request: WorkerRequest = { id: ++this.#lastId, method, args };
    return new Promise((resolve, reject) => {
      // The worker runs the same class, so the result is of the method's type.
      this.#waiting.set(request.id, { resolve: resolve as (result: unknown) => void, reject });
      this.#worker.ref();
      this.#worker.postMessage(request, transfer);
    });
  }

  /** Closes the database and waits until the thread has ended. */
  async close(): Promise<void> {
    if (this.#hasEnded) return;
    const ended = new Promise<void>((resolve) => this.#worker.once('exit', () => resolve()));
    await this.call('close', []);
    this.#worker.ref(); // the thread is about to end; wait for it
    await ended;
  }

  /** Ends the thread without closing the database: for one that could not be opened. */
  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  #settle(response: WorkerResponse): void {
    const waiting = this.#waiting.get(response.id);
    this.#waiting.delete(response.id);
    if (this.#waiting.size === 0) this.#worker.unref();
    if ('error' in response)
      waiting?.reject(new PersistenceError(response.error.code, response.error.message));
    else waiting?.resolve(response.result);
  }

  #end(cause: unknown): void {
    this.#hasEnded = true;
    for (const waiting of this.#waiting.values()) waiting.reject(this.#closedError(cause));
    this.#waiting.clear();
  }

  #closedError(cause: unknown): PersistenceError {
    const reason = cause instanceof Error ? `: ${cause.message}` : '';
    return new PersistenceError('ERR_DATABASE_CLOSED', `the database ${this.#path} is closed${reason}`, {
      cause,
    });
  }
}
