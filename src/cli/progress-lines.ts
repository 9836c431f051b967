import type { Progress } from './progress.ts';

const LINE_MS = 500;

/** Options of {@link ProgressLines}. */
export interface ProgressLinesOptions {
  /** Default: standard error. */
  readonly output?: { write(text: string): unknown };
  /** Milliseconds of any clock that only runs forward. */
  readonly now?: () => number;
}

/** Progress for programs: a JSON object a line, at most two a second, and the last one always. */
export class ProgressLines implements Progress {
  readonly #output: { write(text: string): unknown };
  readonly #now: () => number;
  readonly #startedAt: number;
  #writtenAt = Number.NEGATIVE_INFINITY;
  /** What was not written since it came too soon. */
  #waiting: (() => void) | undefined;

  constructor({ output = process.stderr, now = () => performance.now() }: ProgressLinesOptions = {}) {
    this.#output = output;
    this.#now = now;
    this.#startedAt = now();
  }

  update(bytesDone: number, bytesTotal: number | undefined): void {
    const now = this.#now();
    this.#waiting = () => this.#write(bytesDone, bytesTotal, now);
    if (now - this.#writtenAt >= LINE_MS) this.finish();
  }

  finish(): void {
    this.#waiting?.();
    this.#waiting = undefined;
  }

  #write(bytesDone: number, bytesTotal: number | undefined, now: number): void {
    this.#writtenAt = now;
    const seconds = (now - this.#startedAt) / 1000;
    const bytesPerSecond = seconds > 0 ? Math.round(bytesDone / seconds) : null;
    const left =
      bytesTotal === undefined || !bytesPerSecond ? null : (bytesTotal - bytesDone) / bytesPerSecond;
    const secondsLeft = left === null ? null : Math.round(left);
    const line = {
      event: 'progress',
      bytesDone,
      bytesTotal: bytesTotal ?? null,
      bytesPerSecond,
      secondsLeft,
    };
    this.#output.write(`${JSON.stringify(line)}\n`);
  }
}
