import type { Torrent } from '../torrent.ts';
import { PRIORITIES } from '../torrents/torrent-preferences.ts';
import { ActivePlaces } from './active-places.ts';
import { Deadlines } from './deadlines.ts';

/** Torrents that fetch, and torrents that are complete: each has places of its own. */
export type QueueKind = 'downloads' | 'seeds';

/** How the queue is made. */
export interface TorrentQueueOptions {
  readonly nowMs: () => number;
  /** Infinite: no limit. */
  readonly maxActiveDownloads: number;
  readonly maxActiveSeeds: number;
  /** A torrent that has moved no byte for so long gives its place to another, and runs on; infinite: it keeps it. */
  readonly stalledAfterMs: number;
  /** It has a place: it may run. */
  readonly onStart: (torrent: Torrent) => void;
  /** It has none, or has lost it. */
  readonly onWait: (torrent: Torrent) => void;
}

/** How it stands with the places of one kind. */
export interface QueueStatus {
  /** Infinite: no limit. */
  readonly maximum: number;
  readonly running: number;
  /** Running too, but without a place: nothing comes of them. */
  readonly stalled: number;
  readonly waiting: number;
}

/** Who of the torrents may run: of each priority those first that came first. All of it happens at once, when a torrent comes, goes or ends. */
export class TorrentQueue {
  readonly #options: TorrentQueueOptions;
  readonly #places: Readonly<Record<QueueKind, ActivePlaces<Torrent>>>;
  readonly #kinds = new Map<Torrent, QueueKind>();
  readonly #stallsAt = new Deadlines<Torrent>();

  constructor(options: TorrentQueueOptions) {
    this.#options = options;
    const listener = {
      onStart: (torrent: Torrent) => this.#started(torrent),
      onWait: (torrent: Torrent) => this.#waits(torrent),
    };
    this.#places = {
      downloads: new ActivePlaces(options.maxActiveDownloads, byTurn, listener),
      seeds: new ActivePlaces(options.maxActiveSeeds, byTurn, listener),
    };
  }

  /** A torrent wants to run, as what it is now: complete or not. It has started, or waits, when this returns. */
  enter(torrent: Torrent): void {
    const kind: QueueKind = torrent.isFinished ? 'seeds' : 'downloads';
    if (this.#kinds.get(torrent) !== kind) this.leave(torrent);
    this.#kinds.set(torrent, kind);
    this.#places[kind].enter(torrent);
  }

  /** A torrent runs and waits no more; the next may start. */
  leave(torrent: Torrent): void {
    const kind = this.#kinds.get(torrent);
    if (kind === undefined) return;
    this.#kinds.delete(torrent);
    this.#stallsAt.delete(torrent);
    this.#places[kind].leave(torrent);
  }

  /** Changes what the turn of a torrent hangs on: its priority, and what is wanted of it. Nothing happens when that throws. */
  reorder(torrent: Torrent, change: () => void): void {
    const kind = this.#kinds.get(torrent);
    if (kind === undefined) return change();
    const isWaiting = this.#places[kind].positionOf(torrent) !== undefined;
    // What waits to fetch something is a seed when nothing more is wanted; what runs ends its download by itself.
    const isSeedNow = (): boolean => isWaiting && kind === 'downloads' && torrent.isFinished;
    this.#places[kind].reorder(torrent, change, () => !isSeedNow());
    if (isSeedNow()) this.enter(torrent);
  }

  /** How many may run; at once. */
  setMaximum(kind: QueueKind, maximum: number): void {
    this.#places[kind].setMaximum(maximum);
  }

  status(kind: QueueKind): QueueStatus {
    const { maximum, running, stalled, waiting } = this.#places[kind];
    return { maximum, running, stalled, waiting };
  }

  /** 1 for the torrent that starts next; undefined for one that does not wait. */
  positionOf(torrent: Torrent): number | undefined {
    const kind = this.#kinds.get(torrent);
    return kind && this.#places[kind].positionOf(torrent);
  }

  /** What a torrent waits for, one sentence. */
  reasonOf(torrent: Torrent): string {
    const kind = this.#kinds.get(torrent) ?? 'downloads';
    const { maximum } = this.#places[kind];
    return `waits for one of ${maximum} active ${kind}`;
  }

  /** A torrent has moved a byte. */
  moved(torrent: Torrent): void {
    const kind = this.#kinds.get(torrent);
    if (kind === undefined || this.#stallsAtMs(torrent, kind) <= this.#options.nowMs()) return;
    if (this.#places[kind].unstall(torrent)) this.#stallsAt.set(torrent, this.#stallsAtMs(torrent, kind));
  }

  /** Looks who has stalled; once a second or so. */
  tick(nowMs: number): void {
    for (;;) {
      const torrent = this.#stallsAt.takeDue(nowMs);
      if (torrent === undefined) return;
      const kind = this.#kinds.get(torrent);
      if (kind === undefined) continue;
      const atMs = this.#stallsAtMs(torrent, kind);
      if (atMs > nowMs) this.#stallsAt.set(torrent, atMs);
      else this.#places[kind].stall(torrent);
    }
  }

  #started(torrent: Torrent): void {
    this.#options.onStart(torrent);
    const kind = this.#kinds.get(torrent);
    if (kind === undefined || this.#options.stalledAfterMs === Number.POSITIVE_INFINITY) return;
    this.#stallsAt.set(torrent, this.#stallsAtMs(torrent, kind));
  }

  #waits(torrent: Torrent): void {
    this.#stallsAt.delete(torrent);
    this.#options.onWait(torrent);
  }

  #stallsAtMs({ totals }: Torrent, kind: QueueKind): number {
    return (
      (kind === 'downloads' ? totals.lastDownloadMs : totals.lastUploadMs) + this.#options.stalledAfterMs
    );
  }
}

/** Higher priority first, then who came first. */
function byTurn(a: Torrent, b: Torrent): number {
  return rankOf(a) - rankOf(b) || a.order - b.order;
}

function rankOf({ preferences }: Torrent): number {
  return PRIORITIES.indexOf(preferences.priority);
}
