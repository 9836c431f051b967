import { formatBytes } from '../web/format.ts';
import { formatDuration } from './format.ts';

/** The part of a terminal that a progress bar needs; `process.stderr` is one. */
export interface ProgressOutput {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Options of a {@link ProgressBar}. */
export interface ProgressOptions {
  readonly label: string;
  /** Default: standard error. */
  readonly output?: ProgressOutput | undefined;
  /** Milliseconds of any clock that only runs forward. */
  readonly now?: () => number;
  /** Default: the process's. NO_COLOR and TERM=dumb are respected. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

const REDRAW_MS = 100;
const BAR_WIDTH = 24;

/** Shows how far some work is. */
export interface Progress {
  /** Bytes done of bytes in all, where those are known. */
  update(bytesDone: number, bytesTotal: number | undefined): void;
  /** Takes away what should not stay. May be called again. */
  finish(): void;
}

/** One line on a terminal that shows bytes, rate and time left; nothing at all where there is no terminal. */
export class ProgressBar implements Progress {
  readonly #options: ProgressOptions;
  readonly #output: ProgressOutput;
  readonly #now: () => number;
  readonly #isShown: boolean;
  readonly #hasColour: boolean;
  readonly #startedAt: number;
  #drawnAt = Number.NEGATIVE_INFINITY;

  constructor(options: ProgressOptions) {
    const env = options.env ?? process.env;
    this.#options = options;
    this.#output = options.output ?? process.stderr;
    this.#now = options.now ?? (() => performance.now());
    this.#isShown = this.#output.isTTY === true && env['TERM'] !== 'dumb';
    this.#hasColour = (env['NO_COLOR'] ?? '') === '';
    this.#startedAt = this.#now();
  }

  /** Draws the line anew, at most ten times a second. */
  update(bytesDone: number, bytesTotal: number | undefined): void {
    const now = this.#now();
    if (!this.#isShown || now - this.#drawnAt < REDRAW_MS) return;
    this.#drawnAt = now;
    this.#output.write(`\r${this.#line(bytesDone, bytesTotal, (now - this.#startedAt) / 1000)}\u001b[K`);
  }

  /** Takes the line away. May be called again. */
  finish(): void {
    if (this.#drawnAt > Number.NEGATIVE_INFINITY) this.#output.write('\r\u001b[K');
    this.#drawnAt = Number.NEGATIVE_INFINITY;
  }

  #line(done: number, total: number | undefined, seconds: number): string {
    const rate = seconds > 0 ? done / seconds : 0;
    const columns = this.#output.columns || 80; // 0 where the terminal does not know
    if (total === undefined)
      return `${this.#options.label} ${formatBytes(done)}, ${formatBytes(rate)}/s`.slice(0, columns - 1);
    const share = total > 0 ? Math.min(1, done / total) : 1;
    const left = rate > 0 ? `, ${formatDuration((total - done) / rate)} left` : '';
    const percent = `${Math.floor(share * 100)}%`.padStart(4);
    const numbers = `${percent}  ${formatBytes(done)} of ${formatBytes(total)}, ${formatBytes(rate)}/s${left}`;
    const plain = `${this.#options.label} ${numbers}`;
    if (plain.length + BAR_WIDTH + 3 > columns) return plain.slice(0, Math.max(0, columns - 1));
    return `${this.#options.label} ${this.#bar(share)} ${numbers}`;
  }

  #bar(share: number): string {
    const full = Math.round(share * BAR_WIDTH);
    const [done, rest] = ['█'.repeat(full), '░'.repeat(BAR_WIDTH - full)];
    return this.#hasColour ? `\u001b[32m${done}\u001b[39m${rest}` : `${done}${rest}`;
  }
}
