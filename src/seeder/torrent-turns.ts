import type { InfoHash } from '../bittorrent/info-hash.ts';
import { StopRules, type StopRulesOptions } from './goals/stop-rules.ts';
import { Deadlines } from './queue/deadlines.ts';
import { TorrentQueue, type TorrentQueueOptions } from './queue/torrent-queue.ts';
import type { Torrent } from './torrent.ts';
import type { TransferRecord } from './torrents/transfer-totals.ts';

/** A torrent that only waits for peers counts its seconds all the same: they are told so often. */
const QUIET_SAVE_MS = 3_600_000;

/** What the turns of torrents are made of. */
export interface TorrentTurnsOptions {
  readonly nowMs: () => number;
  readonly queue: Omit<TorrentQueueOptions, 'nowMs'>;
  readonly rules: Omit<StopRulesOptions, 'nowMs'>;
}

/** When torrents run and when they end: the queue, the stop rules, and what each has moved, which both of them ask. */
export class TorrentTurns {
  readonly queue: TorrentQueue;
  readonly rules: StopRules;
  readonly #nowMs: () => number;
  readonly #moved = new Set<Torrent>();
  readonly #unsaved = new Set<Torrent>();
  readonly #savesAt = new Deadlines<Torrent>();

  constructor({ nowMs, queue, rules }: TorrentTurnsOptions) {
    this.#nowMs = nowMs;
    this.queue = new TorrentQueue({ nowMs, ...queue });
    this.rules = new StopRules({ nowMs, ...rules });
  }

  /** A torrent is there: what it moves is heard of from now on. */
  added(torrent: Torrent): void {
    torrent.totals.onMoved = () => this.#moved.add(torrent);
  }

  /** A torrent is no longer there; it is `stopped`. */
  removed(torrent: Torrent): void {
    torrent.totals.onMoved = () => {};
    this.#moved.delete(torrent);
    this.#unsaved.delete(torrent);
  }

  /** What only runs as long as it has a place gives it up when it neither runs nor waits. */
  stateChanged(torrent: Torrent): void {
    const { state, isWaiting } = torrent;
    const isActive = state === 'seeding' || state === 'downloading';
    if (!isActive && !isWaiting) this.queue.leave(torrent);
    this.rules.changed(torrent);
    if (isActive) this.#savesAt.set(torrent, this.#nowMs() + QUIET_SAVE_MS);
    else this.#savesAt.delete(torrent);
    this.#unsaved.add(torrent);
  }

  /** Once a second or so. */
  tick(nowMs: number): void {
    for (const torrent of this.#moved) {
      torrent.totals.takeMoved();
      this.#unsaved.add(torrent);
      this.queue.moved(torrent);
      this.rules.moved(torrent);
    }
    this.#moved.clear();
    this.queue.tick(nowMs);
    this.rules.tick(nowMs);
    this.#keepQuietOnes(nowMs);
  }

  /** Takes up to `limit` torrents whose totals are to be remembered anew. */
  takeUnsaved(limit: number): { readonly infoHash: InfoHash; readonly record: TransferRecord }[] {
    const taken: { readonly infoHash: InfoHash; readonly record: TransferRecord }[] = [];
    for (const torrent of this.#unsaved) {
      if (taken.length >= limit) break;
      this.#unsaved.delete(torrent);
      taken.push({ infoHash: torrent.infoHash, record: torrent.totals.record() });
    }
    return taken;
  }

  /** The node ends: all that has run is to be remembered. */
  ended(torrents: Iterable<Torrent>): void {
    for (const torrent of torrents)
      if (torrent.state === 'seeding' || torrent.state === 'downloading' || this.#moved.has(torrent))
        this.#unsaved.add(torrent);
  }

  #keepQuietOnes(nowMs: number): void {
    for (;;) {
      const torrent = this.#savesAt.takeDue(nowMs);
      if (torrent === undefined) return;
      this.#unsaved.add(torrent);
      this.#savesAt.set(torrent, nowMs + QUIET_SAVE_MS);
    }
  }
}
