import { type FSWatcher, watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { Logger } from 'pino';
import { AccessFileError, accessFileError } from './access-file-error.ts';

/** How a file is watched. */
export interface WatchedFileOptions<Content> {
  readonly path: string;
  /** Reads the file, without holding others up; gives up when the watch ends. */
  readonly read: (path: string, signal: AbortSignal) => Promise<Content>;
  /** The file was read: at the start, and after each change. */
  readonly use: (content: Content) => void;
  readonly logger: Pick<Logger, 'warn' | 'info'>;
  /** How often the file is looked at where the system tells of no changes, such as on a network disk. */
  readonly pollMs?: number;
  /** How long a file has to stay as it is before it is read: nobody is to read half of what is being written. */
  readonly settleMs?: number;
}

const POLL_MS = 10_000;
const SETTLE_MS = 300;
/** An empty file is mostly one that somebody is about to fill. */
const EMPTY_SETTLES = 10;

/**
 * A file whose content is used, and used anew when it changes: written in place, replaced by renaming, or pointed to by another
 * link. A file that vanishes, or cannot be read any more, leaves what it last said in force, which is logged once.
 */
export class WatchedFile<Content> {
  /** When the content in use was read, unix milliseconds. */
  readAtMs = 0;
  readonly #options: Required<WatchedFileOptions<Content>>;
  #watcher: FSWatcher | undefined;
  #timer: NodeJS.Timeout | undefined;
  #soon: NodeJS.Timeout | undefined;
  #isChecking = false;
  readonly #stopping = new AbortController();
  /** Of the content in use, and of the file when it was last looked at. */
  #usedStamp = '';
  #seenStamp = '';
  /** Of the file when its content could not be used: reading it again helps only when it has changed. */
  #badStamp = '';
  #timesSeen = 0;
  #lastTrouble = '';

  constructor(options: WatchedFileOptions<Content>) {
    this.#options = Object.freeze({ pollMs: POLL_MS, settleMs: SETTLE_MS, ...options });
  }

  get #isStopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  /** The path of the file. */
  get path(): string {
    return this.#options.path;
  }

  /** Why the file cannot be read now, and its last content stays in force; undefined when all is well. */
  get trouble(): string | undefined {
    return this.#lastTrouble === '' ? undefined : this.#lastTrouble;
  }

  /**
   * Reads the file and watches it from now on.
   * @throws {AccessFileError} when it cannot be read.
   */
  async start(): Promise<void> {
    try {
      this.#watch(); // first, so that no change is missed
      const { stamp } = await this.#look();
      this.#take(await this.#options.read(this.path, this.#stopping.signal), stamp);
    } catch (error) {
      this.stop();
      throw accessFileError(this.path, error);
    }
    this.#timer = setInterval(() => this.#check(), this.#options.pollMs);
    this.#timer.unref();
  }

  /** Ends the watch. Idempotent. */
  stop(): void {
    this.#stopping.abort();
    this.#watcher?.close();
    clearInterval(this.#timer);
    clearTimeout(this.#soon);
  }

  /** The folder is watched, not the file: a file that is replaced is another one. */
  #watch(): void {
    try {
      const name = basename(this.path);
      this.#watcher = watch(dirname(this.path), { persistent: false }, (_event, changed) => {
        if (changed === null || changed === name) this.#checkSoon();
      });
      this.#watcher.on('error', () => this.#watcher?.close()); // it is looked at from time to time all the same
    } catch {
      // Likewise: reading the file says what is wrong, if anything is.
    }
  }

  #checkSoon(): void {
    if (this.#isStopped || this.#soon !== undefined) return;
    this.#soon = setTimeout(() => {
      this.#soon = undefined;
      this.#check();
    }, this.#options.settleMs);
    this.#soon.unref();
  }

  #check(): void {
    if (this.#isChecking || this.#isStopped) return;
    this.#isChecking = true;
    void this.#checkNow()
      .catch((error: unknown) => this.#complain(accessFileError(this.path, error).message))
      .finally(() => {
        this.#isChecking = false;
      });
  }

  async #checkNow(): Promise<void> {
    const { stamp, isEmpty } = await this.#look();
    if (stamp === this.#usedStamp) return this.#recovered();
    if (stamp === this.#badStamp) return;
    this.#timesSeen = stamp === this.#seenStamp ? this.#timesSeen + 1 : 1;
    this.#seenStamp = stamp;
    if (this.#timesSeen <= (isEmpty ? EMPTY_SETTLES : 1)) return this.#checkSoon();
    const content = await this.#read(stamp);
    if ((await this.#look()).stamp !== stamp) return this.#checkSoon(); // it changed while it was read
    if (!this.#isStopped) this.#take(content, stamp);
  }

  async #read(stamp: string): Promise<Content> {
    try {
      return await this.#options.read(this.path, this.#stopping.signal);
    } catch (error) {
      if (error instanceof AccessFileError) this.#badStamp = stamp;
      throw error;
    }
  }

  #take(content: Content, stamp: string): void {
    this.#usedStamp = stamp;
    this.readAtMs = Date.now();
    this.#recovered();
    this.#options.use(content);
  }

  async #look(): Promise<{ readonly stamp: string; readonly isEmpty: boolean }> {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(this.path, { bigint: true });
    return { stamp: `${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}`, isEmpty: size === 0n };
  }

  #complain(trouble: string): void {
    if (this.#lastTrouble === trouble || this.#isStopped) return;
    this.#lastTrouble = trouble;
    this.#options.logger.warn(
      { path: this.path, trouble },
      'an access list cannot be read: what it last said holds',
    );
  }

  #recovered(): void {
    if (this.#lastTrouble === '') return;
    this.#lastTrouble = '';
    this.#options.logger.info({ path: this.path }, 'an access list can be read again');
  }
}
