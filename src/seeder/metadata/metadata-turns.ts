import type { Clock } from '../clock.ts';
import { SeederError } from '../errors.ts';

/** A fetch runs for so long, all its turns together. */
export const METADATA_MS = 10 * 60_000;
/** Fetches at a time: each may hold tens of MiB and many connections. */
const MAX_FETCHES = 4;
/** A fetch that nothing came to for so long gives its turn to one that waits. */
const STALL_MS = 30_000;
/** So does one that has had its turn for so long, whatever comes: peers that give a byte now and then keep nobody waiting. */
const LONGEST_TURN_MS = 5 * 60_000;
/** How often it is looked whose turn is over, while others wait. */
const LOOK_MS = 1000;

/** What a fetch is given while it is its turn. */
export interface MetadataTurn {
  /** Aborts when the turn is over, or the fetch is not wanted any more. */
  readonly signal: AbortSignal;
  /** Something came that leads on: a peer that is new, or a part of what is fetched. */
  readonly progressed: () => void;
}

/** A fetch; it is called again for its next turn, and goes on where it was. */
export type MetadataTask<T> = (turn: MetadataTurn) => Promise<T>;

/** How long a fetch may take. */
export interface TurnOptions {
  readonly signal: AbortSignal;
  /** Time in which it runs, all its turns together; waiting does not count. May be infinite. */
  readonly maxRunningMs: number;
}

interface Running {
  readonly sinceMs: number;
  progressedAtMs: number;
  readonly over: AbortController;
  /** The signal of whoever waits for it has nothing to do with it any more. */
  readonly letGo: () => void;
}

/**
 * Lets a few fetches of metadata run at a time; the others wait in a line. While some wait, a fetch to which nothing comes gives its
 * turn to the first of them and goes to the end of the line: dead links keep nobody waiting for longer than one round, and newcomers
 * not even for that.
 */
export class MetadataTurns {
  readonly #clock: Clock;
  readonly #running = new Set<Running>();
  /** Those that have had no turn yet, and behind them the others: a new link waits for no round of dead ones. */
  readonly #lines: Readonly<Record<'new' | 'again', Set<() => void>>> = { new: new Set(), again: new Set() };
  /** Places that were handed over and are not taken yet. */
  #promised = 0;
  #cancelLook: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Runs a task whenever it is its turn, until it is done.
   * @throws {SeederError} ERR_NO_METADATA when it has run for so long as it may; what the task throws; the signal's reason.
   */
  async run<T>(task: MetadataTask<T>, { signal, maxRunningMs }: TurnOptions): Promise<T> {
    let leftMs = maxRunningMs;
    for (let line = this.#lines.new; leftMs > 0; line = this.#lines.again) {
      const running = await this.#begin(line, signal);
      const cancel = this.#endAfter(leftMs, running);
      try {
        return await task(this.#turnOf(running));
      } catch (error) {
        signal.throwIfAborted();
        if (!running.over.signal.aborted) throw error;
      } finally {
        cancel();
        leftMs -= this.#clock.nowMs() - running.sinceMs;
        this.#end(running);
      }
    }
    throw new SeederError(
      'ERR_NO_METADATA',
      `no peer gave the metadata of the magnet link, and the hashes of its pieces where it needs them, within ${maxRunningMs / 60_000} minutes`,
    );
  }

  #endAfter(leftMs: number, { over }: Running): () => void {
    return Number.isFinite(leftMs) ? this.#clock.after(leftMs, () => over.abort()) : () => {};
  }

  #turnOf(running: Running): MetadataTurn {
    return {
      signal: running.over.signal,
      progressed: () => {
        running.progressedAtMs = this.#clock.nowMs();
      },
    };
  }

  /** Whoever is over hands its place on. */
  #end(running: Running): void {
    running.letGo();
    this.#running.delete(running);
    for (const line of [this.#lines.new, this.#lines.again]) {
      for (const wake of line) {
        line.delete(wake);
        this.#promised++;
        return wake();
      }
    }
  }

  /** Resolves when a turn has begun. */
  async #begin(line: Set<() => void>, signal: AbortSignal): Promise<Running> {
    signal.throwIfAborted();
    if (this.#running.size + this.#promised < MAX_FETCHES) return this.#started(signal);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const abort = (): void => {
      if (line.delete(resolve)) reject(signal.reason);
    };
    line.add(resolve);
    this.#look();
    signal.addEventListener('abort', abort);
    await promise.finally(() => signal.removeEventListener('abort', abort));
    this.#promised--;
    return this.#started(signal);
  }

  #started(signal: AbortSignal): Running {
    const nowMs = this.#clock.nowMs();
    const over = new AbortController();
    const abort = (): void => over.abort(signal.reason);
    const letGo = (): void => signal.removeEventListener('abort', abort);
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort(); // while its turn was handed over
    const running = { sinceMs: nowMs, progressedAtMs: nowMs, over, letGo };
    this.#running.add(running);
    return running;
  }

  get #waitingCount(): number {
    return this.#lines.new.size + this.#lines.again.size;
  }

  /** Ends as many turns as others wait, of those that are over, the ones that have stalled for longest first. */
  #look(): void {
    this.#cancelLook?.();
    this.#cancelLook = undefined;
    const leaving = [...this.#running].filter(({ over }) => over.signal.aborted).length;
    const wanted = this.#waitingCount - leaving;
    const nowMs = this.#clock.nowMs();
    const isOver = ({ sinceMs, progressedAtMs, over }: Running): boolean =>
      !over.signal.aborted && (nowMs - progressedAtMs >= STALL_MS || nowMs - sinceMs >= LONGEST_TURN_MS);
    const over = [...this.#running].filter(isOver).sort((a, b) => a.progressedAtMs - b.progressedAtMs);
    for (const running of over.slice(0, Math.max(0, wanted))) running.over.abort();
    if (this.#waitingCount > 0) this.#cancelLook = this.#clock.after(LOOK_MS, () => this.#look());
  }
}
