import type { Logger } from 'pino';

const PAUSE_MS = 1000;

/**
 * One line a second at most, however often the same happens: what the network can cause must not fill a disk. The next line says how
 * many were left out. One instance a kind of line.
 */
export class LimitedLog {
  readonly #write: (fields: object) => void;
  #writtenAtMs = Number.NEGATIVE_INFINITY;
  #leftOut = 0;

  constructor(logger: Pick<Logger, 'warn' | 'error'>, level: 'warn' | 'error', message: string) {
    this.#write = (fields) => logger[level](fields, message);
  }

  /** It happened again. */
  log(fields: object): void {
    const now = performance.now();
    if (now - this.#writtenAtMs < PAUSE_MS) {
      this.#leftOut++;
      return;
    }
    this.#writtenAtMs = now;
    this.#write(this.#leftOut === 0 ? fields : { ...fields, leftOut: this.#leftOut });
    this.#leftOut = 0;
  }
}
