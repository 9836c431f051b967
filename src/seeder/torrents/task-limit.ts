/** Runs tasks in the order in which they come, at most so many at a time. */
export class TaskLimit {
  readonly #bound: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(bound: number) {
    this.#bound = bound;
  }

  /** Runs a task when its turn comes; the result is the task's. */
  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#bound) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running++;
    try {
      return await task();
    } finally {
      const next = this.#waiting.shift(); // who waits takes the place over
      if (next === undefined) this.#running--;
      else next();
    }
  }
}
