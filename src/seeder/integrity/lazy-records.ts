import type { Clock } from '../clock.ts';
import type { Torrent } from '../torrent.ts';

/** Has what is known of torrents remembered, some time after it began to change: not for each piece. */
export class LazyRecords {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #remember: (torrent: Torrent) => void;
  readonly #waiting = new Map<Torrent, () => void>();

  constructor(clock: Clock, intervalMs: number, remember: (torrent: Torrent) => void) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#remember = remember;
  }

  /** Something of a torrent is known that was not. */
  changed(torrent: Torrent): void {
    if (this.#waiting.has(torrent)) return;
    this.#waiting.set(
      torrent,
      this.#clock.after(this.#intervalMs, () => this.flush(torrent)),
    );
  }

  /** Has it remembered now, if it changed. */
  flush(torrent: Torrent): void {
    this.#waiting.get(torrent)?.();
    if (this.#waiting.delete(torrent)) this.#remember(torrent);
  }

  /** Has all remembered that changed. */
  stop(): void {
    for (const torrent of [...this.#waiting.keys()]) this.flush(torrent);
  }
}
