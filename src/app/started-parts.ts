/** What has been started, to be stopped in the opposite order. */
export class StartedParts {
  readonly #stops: (() => unknown)[] = [];
  #stopping: Promise<void> | undefined;

  /** Remembers how a part is stopped. */
  onStop(stop: () => unknown): void {
    this.#stops.push(stop);
  }

  /** Stops every part, the last one first, even when one of them fails; then throws the first failure. Idempotent. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stopAll();
    return this.#stopping;
  }

  async #stopAll(): Promise<void> {
    const failures: unknown[] = [];
    for (const stop of this.#stops.reverse()) {
      try {
        await stop();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
