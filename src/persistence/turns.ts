/**
 * Changes of one thing in the database and of what is known of it in memory: they run one after another, so that what is known is what
 * was committed last.
 */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();
  /** A reload that has not begun. */
  #nextReload: Promise<void> | undefined;

  /** Makes a change when those before it are done, also when they failed. */
  run<Result>(change: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(change);
    this.#last = result.catch(() => undefined); // its caller gets the error
    return result;
  }

  /** Likewise, for reading everything anew: one that waits for its turn serves all who ask meanwhile. */
  reload(read: () => Promise<void>): Promise<void> {
    this.#nextReload ??= this.run(() => {
      this.#nextReload = undefined;
      return read();
    });
    return this.#nextReload;
  }
}
