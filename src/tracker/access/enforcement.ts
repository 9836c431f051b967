/** How often it is asked whether there is something to do, when nobody says so. */
const CHECK_INTERVAL_MS = 1_000;

/**
 * Carries out changes of the access rules step by step, with turns for everything else between the steps: a million swarms that are
 * no longer allowed hold no announce up.
 */
export class Enforcement {
  readonly #step: () => boolean;
  #timer: NodeJS.Timeout | undefined;
  #next: NodeJS.Immediate | undefined;

  /** `step`: a few milliseconds of work; whether there is more. */
  constructor(step: () => boolean) {
    this.#step = step;
  }

  /** Begins; a change is noticed within a second, or at once by {@link wake}. */
  start(): void {
    this.#timer ??= setInterval(() => this.wake(), CHECK_INTERVAL_MS);
  }

  /** There is something to do. */
  wake(): void {
    if (this.#timer !== undefined) this.#next ??= setImmediate(() => this.#run());
  }

  /** Ends. Idempotent. */
  stop(): void {
    clearInterval(this.#timer);
    clearImmediate(this.#next);
    this.#timer = this.#next = undefined;
  }

  #run(): void {
    this.#next = this.#step() ? setImmediate(() => this.#run()) : undefined;
  }
}
