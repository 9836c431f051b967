import type { Clock } from '../clock.ts';
import type { SeederError } from '../errors.ts';
import type { Torrent } from '../torrent.ts';
import { storageProblem } from './storage-problem.ts';

/** Between two torrents lies so much time at least, so that ten thousand of them are no load. */
const MIN_PAUSE_MS = 20;

/** What the watch needs. */
export interface StorageWatchOptions {
  readonly clock: Clock;
  /** A round over all torrents takes so long, or longer when there are many. */
  readonly intervalMs: number;
  /** The torrents to look at now. */
  readonly torrents: () => readonly Torrent[];
  readonly onChanged: (torrent: Torrent, error: SeederError) => void;
}

/** Looks at the files of torrents that are seeded, one torrent after another, slowly, for ever. */
export class StorageWatch {
  readonly #options: StorageWatchOptions;
  #cancel: (() => void) | undefined;
  #round: Torrent[] = [];
  #pauseMs: number;
  #isStopped = false;

  constructor(options: StorageWatchOptions) {
    this.#options = options;
    this.#pauseMs = options.intervalMs;
  }

  start(): void {
    this.#cancel = this.#options.clock.after(this.#pauseMs, () => void this.#next());
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel?.();
  }

  async #next(): Promise<void> {
    if (this.#round.length === 0) {
      this.#round = [...this.#options.torrents()];
      this.#pauseMs = Math.max(MIN_PAUSE_MS, this.#options.intervalMs / Math.max(1, this.#round.length));
    }
    const torrent = this.#round.pop();
    if (torrent !== undefined) await this.#look(torrent);
    if (!this.#isStopped) this.start();
  }

  async #look(torrent: Torrent): Promise<void> {
    const { stamps } = torrent.storage;
    if (stamps === undefined || torrent.state !== 'seeding') return;
    const error = await storageProblem(torrent);
    const isSame = torrent.storage.stamps === stamps && torrent.state === 'seeding';
    if (error !== undefined && !isUnsure(error) && isSame && !this.#isStopped)
      this.#options.onChanged(torrent, error);
  }
}

/** Nobody could look, because another place of what seems to be the same disk does not answer: the next round tells. */
function isUnsure({ cause }: SeederError): boolean {
  return (cause as NodeJS.ErrnoException | undefined)?.code === 'EAGAIN'; // undefined for what has no cause
}
