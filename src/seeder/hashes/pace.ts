import type { Clock } from '../clock.ts';

/** Bytes after which a rest is due, and how long it is: 128 MiB a second at most, which takes a fifth of a core with all that belongs to it. */
const BURST_BYTES = 1024 * 1024;
const REST_MS = 8;

interface Task {
  readonly bytes: number;
  readonly run: () => void;
}

/**
 * Makes hashing for peers take a small part of the time, whoever asks for how much: it happens in the thread that serves. Tasks run
 * in their order, at once while no rest is due. Whoever adds tasks bounds their number.
 */
export class Pace {
  readonly #clock: Clock;
  readonly #tasks: Task[] = [];
  #bytes = 0;
  #isResting = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Runs a task now or later. `bytes` is what it hashes, or costs in terms of that. */
  run(bytes: number, run: () => void): void {
    if (this.#isResting) this.#tasks.push({ bytes, run });
    else this.#do({ bytes, run });
  }

  #do({ bytes, run }: Task): void {
    this.#bytes += bytes;
    if (this.#bytes >= BURST_BYTES) {
      this.#bytes = 0;
      this.#isResting = true;
      this.#clock.after(REST_MS, this.#goOn);
    }
    run();
  }

  readonly #goOn = (): void => {
    this.#isResting = false;
    while (!this.#isResting) {
      const task = this.#tasks.shift();
      if (task === undefined) return;
      this.#do(task);
    }
  };
}
