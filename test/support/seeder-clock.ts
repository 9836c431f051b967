import type { Clock } from '../../src/seeder/clock.ts';

interface Task {
  readonly atMs: number;
  readonly run: () => void;
}

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  #nowMs = 1_000_000;
  #tasks: Task[] = [];

  nowMs(): number {
    return this.#nowMs;
  }

  unixSeconds(): number {
    return 1_700_000_000 + Math.floor(this.#nowMs / 1000);
  }

  after(delayMs: number, run: () => void): () => void {
    const task: Task = { atMs: this.#nowMs + delayMs, run };
    this.#tasks.push(task);
    return () => {
      this.#tasks = this.#tasks.filter((other) => other !== task);
    };
  }

  /** Milliseconds until each waiting task, soonest first. */
  get pendingMs(): number[] {
    return this.#tasks.map(({ atMs }) => atMs - this.#nowMs).sort((a, b) => a - b);
  }

  /** Moves on, running what falls due in its order. */
  advance(ms: number): void {
    const end = this.#nowMs + ms;
    for (;;) {
      const [due] = this.#tasks.filter(({ atMs }) => atMs <= end).sort((a, b) => a.atMs - b.atMs);
      if (due === undefined) break;
      this.#tasks = this.#tasks.filter((task) => task !== due);
      this.#nowMs = Math.max(this.#nowMs, due.atMs);
      due.run();
    }
    this.#nowMs = end;
  }
}
