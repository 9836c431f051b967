/**
 * The chunks of a source, one after another, until a signal ends the wait for the next. `Promise.race` would not do: it would
 * keep something of each chunk until the signal is gone.
 */
export class ClosableSource<T> {
  readonly #source: AsyncIterable<T>;
  readonly #iterator: AsyncIterator<T>;
  readonly #signal: AbortSignal | undefined;
  #isWaiting = false;
  #isAtEnd = false;

  constructor(source: AsyncIterable<T>, signal?: AbortSignal) {
    this.#source = source;
    this.#iterator = source[Symbol.asyncIterator]();
    this.#signal = signal;
  }

  /**
   * The next chunk, or undefined at the end.
   * @throws what the source throws; the signal's reason when it aborts.
   */
  next(): Promise<{ readonly value: T } | undefined> {
    return new Promise((resolve, reject) => {
      const abort = (): void => reject(this.#signal?.reason);
      if (this.#signal?.aborted === true) return abort();
      this.#signal?.addEventListener('abort', abort, { once: true });
      void this.#advance()
        .then(resolve, reject)
        .finally(() => this.#signal?.removeEventListener('abort', abort));
    });
  }

  /** Tells the source that no more is wanted. It waits for the source unless that owes a chunk, which may never come. */
  async close(): Promise<void> {
    if (this.#isAtEnd) return;
    this.#isAtEnd = true;
    const isWaiting = this.#isWaiting;
    const closing = this.#return().catch(() => {}); // what stopped the work says more
    if ('destroy' in this.#source && typeof this.#source.destroy === 'function') this.#source.destroy();
    if (!isWaiting) await closing;
  }

  async #advance(): Promise<{ readonly value: T } | undefined> {
    this.#isWaiting = true;
    try {
      const result = await this.#iterator.next();
      if (result.done !== true) return { value: result.value };
      this.#isAtEnd = true;
      return undefined;
    } catch (error) {
      this.#isAtEnd = true; // an iterator that throws is closed
      throw error;
    } finally {
      this.#isWaiting = false;
    }
  }

  async #return(): Promise<void> {
    await this.#iterator.return?.();
  }
}
