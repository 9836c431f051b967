import { dirname, resolve } from 'node:path';
import type { Clock } from '../clock.ts';
import type { SeederError } from '../errors.ts';
import type { Torrent } from '../torrent.ts';

/** Between two looks lies so much time at least, so that ten thousand torrents are no load. */
const MIN_PAUSE_MS = 20;
/** A torrent that fails again so soon after it came back waits twice as long the next time ... */
const RELAPSE_MS = 600_000;
/** ... and so long at most. */
const MAX_DELAY_MS = 600_000;

/** Whether what a torrent failed for may go by itself: a disk that is away, a file that is being replaced. */
export function mayReturn({ code }: SeederError): boolean {
  return code === 'ERR_STORAGE_MISSING' || code === 'ERR_STORAGE_CHANGED';
}

/** What the wait for storage needs. */
export interface StorageReturnOptions {
  readonly clock: Clock;
  /** A round over all folders takes so long, or longer when there are many. */
  readonly intervalMs: number;
  /** Whether what a torrent failed for is there again; never rejects. */
  readonly isBack: (torrent: Torrent) => Promise<boolean>;
  readonly onReturned: (torrent: Torrent) => void;
}

interface Relapse {
  readonly returnedAtMs: number;
  readonly delayMs: number;
}

/**
 * Waits for the files of torrents that failed because of them. Torrents lie together in folders, and a disk goes and comes as a
 * whole: so in each round one torrent of each folder is looked at, by turns, and when it is back the others of its folder are.
 */
export class StorageReturn {
  readonly #options: StorageReturnOptions;
  /** By the folder around their data. */
  readonly #folders = new Map<string, Map<Torrent, number>>();
  readonly #relapses = new WeakMap<Torrent, Relapse>();
  readonly #round = new Set<Torrent>();
  #cancel: (() => void) | undefined;
  #isStopped = false;

  constructor(options: StorageReturnOptions) {
    this.#options = options;
  }

  /** Torrents that are waited for. */
  get size(): number {
    let size = 0;
    for (const waiting of this.#folders.values()) size += waiting.size;
    return size;
  }

  /** Waits for the storage of a torrent that just failed. */
  add(torrent: Torrent): void {
    const { clock, intervalMs } = this.#options;
    const nowMs = clock.nowMs();
    const before = this.#relapses.get(torrent);
    const isRelapse = before !== undefined && nowMs - before.returnedAtMs < RELAPSE_MS;
    const delayMs = isRelapse ? Math.min(MAX_DELAY_MS, 2 * before.delayMs) : intervalMs;
    this.#relapses.set(torrent, { returnedAtMs: nowMs, delayMs });
    const folder = folderOf(torrent);
    const waiting = this.#folders.get(folder) ?? new Map<Torrent, number>();
    this.#folders.set(folder, waiting.set(torrent, isRelapse ? nowMs + delayMs : nowMs));
    if (this.#cancel === undefined && !this.#isStopped) this.#schedule(intervalMs);
  }

  /** Waits for it no more. */
  forget(torrent: Torrent): void {
    const folder = folderOf(torrent);
    const waiting = this.#folders.get(folder);
    if (waiting?.delete(torrent) && waiting.size === 0) this.#folders.delete(folder);
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel?.();
    this.#folders.clear();
  }

  #schedule(delayMs: number): void {
    this.#cancel = this.#options.clock.after(delayMs, () => void this.#next());
  }

  async #next(): Promise<void> {
    if (this.#round.size === 0) this.#begin();
    const [torrent] = this.#round;
    if (torrent !== undefined) {
      this.#round.delete(torrent);
      await this.#look(torrent);
    }
    this.#cancel = undefined;
    if (this.#isStopped || this.#folders.size === 0) return;
    this.#schedule(this.#round.size > 0 ? MIN_PAUSE_MS : this.#options.intervalMs);
  }

  #begin(): void {
    for (const waiting of this.#folders.values()) {
      const torrent = this.#nextOf(waiting);
      if (torrent !== undefined) this.#round.add(torrent);
    }
  }

  /** The torrent of a folder that was not looked at for longest, when its time has come. */
  #nextOf(waiting: Map<Torrent, number>): Torrent | undefined {
    const [entry] = waiting;
    if (entry === undefined) return undefined;
    const [torrent, dueAtMs] = entry;
    waiting.delete(torrent);
    waiting.set(torrent, dueAtMs);
    return dueAtMs <= this.#options.clock.nowMs() ? torrent : undefined;
  }

  async #look(torrent: Torrent): Promise<void> {
    const { clock, isBack, onReturned } = this.#options;
    const folder = folderOf(torrent);
    if (!this.#folders.get(folder)?.has(torrent) || !(await isBack(torrent))) return;
    const waiting = this.#folders.get(folder);
    if (this.#isStopped || !waiting?.has(torrent)) return; // it was removed meanwhile
    this.forget(torrent);
    const relapse = this.#relapses.get(torrent);
    if (relapse !== undefined) this.#relapses.set(torrent, { ...relapse, returnedAtMs: clock.nowMs() });
    for (const [other, dueAtMs] of waiting) if (dueAtMs <= clock.nowMs()) this.#round.add(other);
    onReturned(torrent);
  }
}

function folderOf({ dataPath }: Torrent): string {
  return dirname(resolve(dataPath));
}
