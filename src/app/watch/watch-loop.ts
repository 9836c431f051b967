import type { Logger } from 'pino';
import type { Clock } from '../../seeder/clock.ts';

/** Looking takes a tenth of the time at most, however large a folder is. */
const REST = 10;

/** What a loop needs. */
export interface WatchLoopOptions {
  /** The folder, for the log. */
  readonly folder: string;
  readonly intervalMs: number;
  readonly clock: Clock;
  readonly look: (signal: AbortSignal) => Promise<void>;
  /** Resolves when all that a look began is done. */
  readonly settled: () => Promise<void>;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
}

/** Looks at a folder again and again. Trouble with it is told of once, and its end. */
export class WatchLoop {
  readonly #options: WatchLoopOptions;
  readonly #stopping = new AbortController();
  #cancel: (() => void) | undefined;
  #looking: Promise<void> = Promise.resolve();
  #trouble: string | undefined;

  constructor(options: WatchLoopOptions) {
    this.#options = options;
  }

  /** Looks at once, and then again and again. */
  start(): void {
    this.#looking = this.#look();
  }

  /** Ends what is under way; what is being hashed is given up, and done in the next run. Idempotent. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the server is stopping'));
    this.#cancel?.();
    await this.#looking;
    await this.#options.settled();
  }

  async #look(): Promise<void> {
    const { clock, intervalMs, look } = this.#options;
    const { signal } = this.#stopping;
    const startedMs = clock.nowMs();
    try {
      await look(signal);
      this.#note(undefined);
    } catch (error) {
      if (!signal.aborted) this.#note((error as Error).message); // the system throws Errors
    }
    if (signal.aborted) return;
    const tookMs = clock.nowMs() - startedMs;
    this.#cancel = clock.after(Math.max(intervalMs, REST * tookMs), () => {
      this.#looking = this.#look();
    });
  }

  #note(trouble: string | undefined): void {
    if (trouble === this.#trouble) return;
    const { folder, logger } = this.#options;
    if (trouble === undefined) logger.info({ folder }, 'the watched folder is looked after again');
    else
      logger.warn(
        { folder, reason: trouble },
        'a watched folder cannot be looked after now; it is tried again',
      );
    this.#trouble = trouble;
  }
}
