import { EventEmitter } from 'node:events';
import type { Endpoint } from '../bittorrent/endpoint.ts';
import { type InfoHash, infoHashToHex } from '../bittorrent/info-hash.ts';
import type { Magnet } from '../bittorrent/magnet.ts';
import type { Metainfo } from '../bittorrent/metainfo/metainfo.ts';
import type { TrackerStatus } from './announcer/tracker-tiers.ts';
import type { Serving } from './choking/serving.ts';
import { systemClock } from './clock.ts';
import { makeSeederCounters, type SeederCounters } from './counters.ts';
import { storedFiles } from './disk/storage-layout.ts';
import { SeederError } from './errors.ts';
import { DEFAULT_SEEDER_LIMITS } from './limits.ts';
import { NodeParts } from './node-parts.ts';
import type { RatePacer } from './rates/rate-pacer.ts';
import type { AddTorrent, SeedNodeEvents, SeedNodeOptions } from './seed-node-types.ts';
import { Torrent } from './torrent.ts';
import { TorrentControl } from './torrent-control.ts';
import { encodeResume } from './torrents/resume.ts';
import { checkPreferences, type TorrentPreferences } from './torrents/torrent-preferences.ts';
import { TorrentTable } from './torrents/torrent-table.ts';

export type { AddTorrent, SeedNodeEvents, SeedNodeOptions } from './seed-node-types.ts';

/** Serves torrents to peers: checks their data first, and watches it. Nothing is shared between two nodes. */
export class SeedNode extends EventEmitter<SeedNodeEvents> {
  readonly counters: SeederCounters;
  readonly #options: SeedNodeOptions;
  readonly #torrents = new TorrentTable();
  readonly #control: TorrentControl;
  readonly #parts: NodeParts;
  #port = 0;
  #stopping: Promise<void> | undefined;

  constructor(options: SeedNodeOptions) {
    super();
    this.#options = options;
    this.counters = options.counters ?? makeSeederCounters();
    const clock = options.clock ?? systemClock;
    const control = new TorrentControl({
      torrents: this.#torrents,
      clock,
      logger: options.logger,
      parts: () => this.#parts,
      isListening: () => this.#port !== 0,
      emit: (name, ...args) => {
        this.emit<keyof SeedNodeEvents>(name, ...args);
      },
    });
    this.#control = control;
    this.#parts = new NodeParts({
      options,
      limits: Object.freeze({ ...DEFAULT_SEEDER_LIMITS, ...options.limits }),
      clock,
      counters: this.counters,
      torrents: this.#torrents,
      port: () => this.#port,
      checkListener: control.checkListener(),
      downloadsListener: {
        onRecord: (torrent, record) => control.remember(torrent, record),
        onComplete: (torrent, record) => control.completed(torrent, record),
        onFlushed: (torrent) => this.#torrents.has(torrent) && this.emit('finished', torrent),
        onFailed: (torrent, error) => control.fail(torrent, error),
      },
      onFailed: (torrent, error) => control.fail(torrent, error),
    });
  }

  /** The port on which peers are awaited; 0 before `start`. */
  get port(): number {
    return this.#port;
  }

  /** Open connections. */
  get connectionCount(): number {
    return this.#parts.connections.size;
  }

  /** The limits on what it uploads; they may be changed at any time. */
  get pacer(): RatePacer {
    return this.#parts.pacer;
  }

  /** The limits on what it downloads; they may be changed at any time. */
  get downloadPacer(): RatePacer {
    return this.#parts.downloadPacer;
  }

  /** Bytes a second that all peers give now. */
  get downloadRateBytesPerSecond(): number {
    return this.#parts.downloads.bytesPerSecond;
  }

  /** Torrents that are super-seeded now. */
  get superSeededCount(): number {
    return this.#parts.superSeeding.torrentCount;
  }

  /** Bytes a second that all peers take now. */
  get uploadRateBytesPerSecond(): number {
    return this.#parts.connections.uploadRateBytesPerSecond;
  }

  /** Bytes of file data in memory. */
  get cacheBytes(): number {
    return this.#parts.cache.bytes;
  }

  /**
   * Listens for peers.
   * @throws {SeederError} ERR_LISTEN when the address or port cannot be had; ERR_STOPPED after `stop`.
   */
  async start(): Promise<{ readonly port: number }> {
    if (this.#stopping !== undefined) throw new SeederError('ERR_STOPPED', 'the seed node was stopped');
    this.#port = await this.#parts.connections.listen(this.#options.host, this.#options.port);
    this.#parts.heartbeat.start();
    this.#parts.watch.start();
    for (const torrent of this.#torrents.values())
      if (torrent.takesPeers) this.#parts.announcer.start(torrent);
    return { port: this.#port };
  }

  /** Takes leave of trackers and peers and ends everything, within a few seconds. May be called again. */
  stop(): Promise<void> {
    this.#stopping ??= this.#parts.stop();
    return this.#stopping;
  }

  /**
   * Takes a torrent in and begins to check it; its state is `queued` when this returns.
   * @throws {SeederError} ERR_TORRENT_EXISTS when it is there already; ERR_STOPPED after `stop`; ERR_TARGET_OCCUPIED when another
   *   torrent has its place and one of them is mirrored; ERR_NO_HASHES or ERR_PIECE_LENGTH when it is to be mirrored and does
   *   not say what its pieces are, or has too long ones.
   */
  add({
    metainfo,
    dataPath,
    resume = null,
    isMirrored = false,
    isPaused = false,
    peers,
    preferences,
  }: AddTorrent): Torrent {
    if (this.#stopping !== undefined) throw new SeederError('ERR_STOPPED', 'the seed node was stopped');
    if (this.torrent(metainfo.infoHash) !== undefined)
      throw new SeederError(
        'ERR_TORRENT_EXISTS',
        `the torrent ${infoHashToHex(metainfo.infoHash)} is seeded already`,
      );
    const torrent = new Torrent({
      metainfo,
      dataPath,
      openFiles: this.#parts.openFiles,
      isMirrored,
      ...(peers !== undefined && { knownPeers: peers }),
      ...(preferences !== undefined && { preferences }),
    });
    if (isMirrored) this.#parts.downloads.requireMirrorable(metainfo);
    torrent.onStorageError = (error) => this.#control.fail(torrent, error);
    torrent.isPauseWanted = isPaused;
    this.#torrents.add(torrent);
    this.#parts.checks.add(torrent, resume);
    return torrent;
  }

  /** Lets a torrent go, `stopped`; its data stays. False when it is not there. */
  remove(infoHash: InfoHash): boolean {
    const torrent = this.torrent(infoHash);
    if (torrent === undefined) return false;
    this.#torrents.remove(torrent);
    if (torrent.state !== 'stopped') this.#control.move(torrent, 'stopped');
    this.#parts.release(torrent, 'removed');
    return true;
  }

  /**
   * Checks data that is not seeded here, such as another copy; resolves with the record of it, for `add`.
   * @throws {SeederError} ERR_PIECES_BAD, ERR_STORAGE_* or ERR_STOPPED.
   */
  async inspect(metainfo: Metainfo, dataPath: string, resume: string | null = null): Promise<string> {
    const record = await this.#parts.checks.inspect(metainfo, storedFiles(metainfo.info, dataPath), resume);
    return encodeResume(metainfo, record);
  }

  /**
   * Fetches the metadata of a magnet link and the piece layers (BEP 9, BEP 52) from peers that its trackers and itself name; resolves
   * with a `.torrent` file.
   * @throws {SeederError} ERR_NO_METADATA when a magnet leads nowhere, or its torrent has too many pieces (v2 only);
   *   {@link ProtocolError} ERR_METAINFO; the signal's reason.
   */
  fetchMetadata(magnet: Magnet, signal: AbortSignal): Promise<Uint8Array> {
    return this.#parts.fetchMetadata(magnet, signal);
  }

  /** All torrents, in the order in which they came. */
  torrents(): Torrent[] {
    return [...this.#torrents.values()];
  }

  /** One torrent. */
  torrent(infoHash: InfoHash): Torrent | undefined {
    return this.#torrents.get(infoHash);
  }

  /**
   * Tries peers of a torrent that is mirrored, beside those that its trackers name.
   * @throws {SeederError} ERR_TORRENT_UNKNOWN.
   */
  addPeers(infoHash: InfoHash, peers: readonly Endpoint[]): void {
    this.#parts.downloads.found(this.#torrents.known(infoHash), peers);
  }

  /**
   * Changes what is chosen for a torrent, at once; what is left out stays.
   * @throws {SeederError} ERR_TORRENT_UNKNOWN; ERR_PREFERENCE, and then nothing is changed.
   */
  setPreferences(infoHash: InfoHash, change: Partial<TorrentPreferences>): TorrentPreferences {
    const torrent = this.#torrents.known(infoHash);
    torrent.preferences = Object.freeze({ ...torrent.preferences, ...checkPreferences(change) });
    this.#parts.downloads.preferencesChanged(torrent);
    return torrent.preferences;
  }

  /**
   * Changes whom a torrent is served to, at once; who is being served to the end when it is `needy` now. It is `everybody` when it comes.
   * @throws {SeederError} ERR_TORRENT_UNKNOWN.
   */
  setServing(infoHash: InfoHash, serving: Serving): void {
    this.#control.serve(infoHash, serving);
  }

  /** The foreign trackers of a torrent and what came of them; empty while it is not announced. */
  trackers(infoHash: InfoHash): readonly TrackerStatus[] {
    const torrent = this.torrent(infoHash);
    return torrent === undefined ? [] : this.#parts.announcer.trackers(torrent);
  }

  /**
   * Checks all data anew, whatever is remembered; also the way back from `failed` and `stopped`.
   * @throws {SeederError} ERR_TORRENT_UNKNOWN, ERR_TORRENT_STATE.
   */
  recheck(infoHash: InfoHash, options: { readonly resume?: string | null } = {}): void {
    this.#control.recheck(infoHash, options);
  }

  /**
   * Ends connections and announces of a torrent until it is rechecked.
   * @throws {SeederError} ERR_TORRENT_UNKNOWN, ERR_TORRENT_STATE.
   */
  stopTorrent(infoHash: InfoHash): void {
    this.#control.stop(infoHash);
  }

  /**
   * Moves no blocks of a torrent until it is resumed; its connections stay. One that is being checked is paused after that.
   * @throws {SeederError} ERR_TORRENT_UNKNOWN; ERR_TORRENT_STATE when it is stopped or failed.
   */
  pause(infoHash: InfoHash): void {
    this.#control.pause(infoHash);
  }

  /**
   * Goes on with a torrent that is paused; one that is stopped or failed is checked first, by what `resume` remembers.
   * @throws {SeederError} ERR_TORRENT_UNKNOWN.
   */
  resume(infoHash: InfoHash, options: { readonly resume?: string | null } = {}): void {
    this.#control.resume(infoHash, options);
  }
}
