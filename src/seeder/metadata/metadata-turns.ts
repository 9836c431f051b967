/** Fetches at a time: each may hold tens of MiB and many connections. */
const MAX_FETCHES = 4;

/** Lets a few fetches of metadata run at a time; the others wait for their turn. */
export class MetadataTurns {
  #running = 0;
  readonly #waiting = new Set<() => void>();

  /** Runs a task when it is its turn. @throws what it throws; the signal's reason when that aborts before. */
  async run<T>(task: () => Promise<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    if (this.#running < MAX_FETCHES) this.#running++;
    else await this.#turn(signal);
    try {
      return await task();
    } finally {
      this.#next();
    }
  }

  /** Whoever is over hands its place on. */
  #next(): void {
    for (const wake of this.#waiting) {
      this.#waiting.delete(wake);
      return wake();
    }
    this.#running--;
  }

  async #turn(signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const abort = (): void => {
      if (this.#waiting.delete(resolve)) reject(signal.reason);
    };
    this.#waiting.add(resolve);
    signal.addEventListener('abort', abort);
    await promise.finally(() => signal.removeEventListener('abort', abort));
  }
}
