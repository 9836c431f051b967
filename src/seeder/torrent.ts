import type { Endpoint } from '../bittorrent/endpoint.ts';
import type { Serving } from './choking/serving.ts';
import { systemClock } from './clock.ts';
import type { WebSourceStatus } from './download/web-source/web-source-status.ts';
import { SeederError } from './errors.ts';
import { TorrentContent } from './torrent-content.ts';
import type { TorrentOptions } from './torrent-options.ts';
import type { TorrentPeer } from './torrent-peer.ts';
import { canMove, isServed, type TorrentState } from './torrents/torrent-state.ts';
import { TransferTotals } from './torrents/transfer-totals.ts';

export type { TorrentOptions } from './torrent-options.ts';
export type { TorrentPeer } from './torrent-peer.ts';

/** A torrent of a seed node: its state and numbers. It is changed by its node alone, and always synchronously. */
export class Torrent extends TorrentContent {
  /** Peers to try at once. */
  readonly knownPeers: readonly Endpoint[];
  /** Whom it is served to; see `SeedNode.setServing`. */
  serving: Serving = 'everybody';
  /** Part of its data that is at its new place already while it moves, 0 to 1. */
  moveProgress: number | undefined;
  /** Why its data could not be moved. */
  moveError: SeederError | undefined;
  /** For the node: it shall not move blocks once it is checked. */
  isPauseWanted = false;
  /** What it has moved since ever. */
  readonly totals: TransferTotals;
  /** Smaller for one that came before. */
  readonly order: number;
  /** For the node: it was stopped, and shall be again once it is checked. */
  isStopWanted = false;
  /** For the node: a check was asked for that believes nothing, and has not ended. */
  isFullCheckWanted = false;
  /** The person allows that pieces of its files that went bad are fetched and written again. */
  readonly mayRepair: boolean;
  /** Its connections; the node changes the set. */
  readonly peers = new Set<TorrentPeer>();
  /** Web seeds of others from which it is fetched; its download changes the set. */
  readonly webSources = new Set<WebSourceStatus>();
  /** Whoever reads its data tells here what is wrong with it; the node sets it, and lets the torrent fail. */
  onStorageError: (error: SeederError) => void = () => {};
  #state: TorrentState = 'queued';
  #error: SeederError | undefined;
  #reason: (() => string) | undefined;
  #uploadedBytes = 0;
  #downloadedBytes = 0;
  #wastedBytes = 0;

  /** @throws {SeederError} ERR_PREFERENCE when files are chosen that it does not have. */
  constructor(options: TorrentOptions) {
    super(options);
    const { knownPeers = [], mayRepair = false, totals, order = 0 } = options;
    this.knownPeers = knownPeers;
    this.mayRepair = mayRepair;
    this.totals = totals ?? new TransferTotals(systemClock);
    this.order = order;
  }

  get state(): TorrentState {
    return this.#state;
  }

  /** Why the state is `failed`, one sentence; undefined otherwise. */
  get failure(): string | undefined {
    return this.#error?.message;
  }

  /** The same with its code; undefined unless the state is `failed`. */
  get error(): SeederError | undefined {
    return this.#error;
  }

  /** Why it is `failed`, or `stopped` by a rule, or what it waits for in the state `queued`, one sentence; undefined otherwise. */
  get reason(): string | undefined {
    return this.#error?.message ?? this.#reason?.();
  }

  /** It is checked and could run, but it is not its turn. */
  get isWaiting(): boolean {
    return this.#state === 'queued' && this.#reason !== undefined;
  }

  /** Bytes of blocks, and of files over HTTP, sent since the node started. */
  get uploadedBytes(): number {
    return this.#uploadedBytes;
  }

  /** Bytes of blocks received since the node started, those that were wasted included. */
  get downloadedBytes(): number {
    return this.#downloadedBytes;
  }

  /** Bytes of blocks received since the node started that were of no use: see `SeederCounters.wastedBytes`. */
  get wastedBytes(): number {
    return this.#wastedBytes;
  }

  get peerCount(): number {
    return this.peers.size;
  }

  /** Bytes a second that its peers take now. */
  get uploadRateBytesPerSecond(): number {
    let sum = 0;
    for (const peer of this.peers) sum += peer.rateBytesPerSecond;
    return sum;
  }

  /** Bytes a second that its peers and web seeds give now. */
  get downloadRateBytesPerSecond(): number {
    let sum = 0;
    for (const source of this.webSources) sum += source.downloadBytesPerSecond;
    for (const peer of this.peers) sum += peer.downloadBytesPerSecond;
    return sum;
  }

  /** Whether connections of peers are taken. */
  get takesPeers(): boolean {
    return isServed(this.#state) && (this.serving !== 'nobody' || !this.isFinished);
  }

  /**
   * For the node: goes to another state, for an error when it failed, or for a reason.
   * @throws {SeederError} ERR_TORRENT_STATE when that is no possible move.
   */
  move(to: TorrentState, error?: SeederError, reason?: () => string): void {
    if (!canMove(this.#state, to))
      throw new SeederError(
        'ERR_TORRENT_STATE',
        `the torrent ${JSON.stringify(this.name)} is ${this.#state} and cannot be ${to}`,
      );
    this.#state = to;
    this.#error = to === 'failed' ? error : undefined;
    this.#reason = reason;
    this.totals.stateChanged(to);
    if (to === 'queued' && reason === undefined) this.setProgress(0);
  }

  /** For the node: a block came. */
  addDownloaded(bytes: number): void {
    this.#downloadedBytes += bytes;
    this.totals.addDownloaded(bytes);
  }

  /** For the node: what came is of no use. */
  addWasted(bytes: number): void {
    this.#wastedBytes += bytes;
    this.totals.addWasted(bytes);
  }

  /** For the node and its web seed: blocks went out. */
  addUploaded(bytes: number): void {
    this.#uploadedBytes += bytes;
    this.totals.addUploaded(bytes);
  }
}
