import { EventEmitter } from 'node:events';
import type { Logger } from 'pino';
import type { Endpoint } from '../bittorrent/endpoint.ts';
import { type InfoHash, infoHashToHex } from '../bittorrent/info-hash.ts';
import type { Magnet } from '../bittorrent/magnet.ts';
import type { Metainfo } from '../bittorrent/metainfo/metainfo.ts';
import type { TrackerStatus } from './announcer/tracker-tiers.ts';
import { type Clock, systemClock } from './clock.ts';
import { makeSeederCounters, type SeederCounters } from './counters.ts';
import { storedFiles } from './disk/storage-layout.ts';
import { SeederError } from './errors.ts';
import { DEFAULT_SEEDER_LIMITS } from './limits.ts';
import { NodeParts } from './node-parts.ts';
import type { UploadPacer } from './rates/upload-pacer.ts';
import type { AddTorrent, SeedNodeEvents, SeedNodeOptions } from './seed-node-types.ts';
import { Torrent } from './torrent.ts';
import type { CheckListener } from './torrents/check-queue.ts';
import { encodeResume, type ResumeRecord } from './torrents/resume.ts';
import { canMove, isAnnounced, type TorrentState } from './torrents/torrent-state.ts';
import { TorrentTable } from './torrents/torrent-table.ts';

export type { AddTorrent, SeedNodeEvents, SeedNodeOptions } from './seed-node-types.ts';

/** Serves torrents to peers: checks their data first, and watches it. Nothing is shared between two nodes. */
export class SeedNode extends EventEmitter<SeedNodeEvents> {
  readonly counters: SeederCounters;
  readonly #options: SeedNodeOptions;
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #torrents = new TorrentTable();
  readonly #parts: NodeParts;
  #port = 0;
  #stopping: Promise<void> | undefined;

  constructor(options: SeedNodeOptions) {
    super();
    this.#options = options;
    this.#logger = options.logger;
    this.#clock = options.clock ?? systemClock;
    this.counters = options.counters ?? makeSeederCounters();
    this.#parts = new NodeParts({
      options,
      limits: Object.freeze({ ...DEFAULT_SEEDER_LIMITS, ...options.limits }),
      clock: this.#clock,
      counters: this.counters,
      torrents: this.#torrents,
      port: () => this.#port,
      checkListener: this.#checkListener(),
      downloadsListener: {
        onRecord: (torrent, record) => this.#remember(torrent, record),
        onComplete: (torrent, record) => this.#completed(torrent, record),
        onFlushed: (torrent) => this.#torrents.has(torrent) && this.emit('finished', torrent),
        onFailed: (torrent, error) => this.#fail(torrent, error),
      },
      onFailed: (torrent, error) => this.#fail(torrent, error),
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
  get pacer(): UploadPacer {
    return this.#parts.pacer;
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
      if (isAnnounced(torrent.state)) this.#parts.announcer.start(torrent);
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
    });
    if (isMirrored) this.#parts.downloads.requireMirrorable(metainfo);
    torrent.onStorageError = (error) => this.#fail(torrent, error);
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
    if (torrent.state !== 'stopped') this.#move(torrent, 'stopped');
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

  /** The foreign trackers of a torrent and what came of them; empty while it is not announced. */
  trackers(infoHash: InfoHash): readonly TrackerStatus[] {
    const torrent = this.torrent(infoHash);
    return torrent === undefined ? [] : this.#parts.announcer.trackers(torrent);
  }

  /**
   * Checks all data anew, whatever is remembered; also the way back from `failed` and `stopped`.
   * @throws {SeederError} ERR_TORRENT_UNKNOWN, ERR_TORRENT_STATE.
   */
  recheck(infoHash: InfoHash, { resume = null }: { readonly resume?: string | null } = {}): void {
    const torrent = this.#torrents.known(infoHash);
    if (torrent.state === 'queued') return;
    this.#move(torrent, 'queued');
    this.#parts.release(torrent, 'torrent-unavailable');
    this.#parts.checks.add(torrent, resume);
  }

  /**
   * Ends connections and announces of a torrent until it is rechecked.
   * @throws {SeederError} ERR_TORRENT_UNKNOWN, ERR_TORRENT_STATE.
   */
  stopTorrent(infoHash: InfoHash): void {
    const torrent = this.#torrents.known(infoHash);
    if (torrent.state === 'stopped') return;
    this.#move(torrent, 'stopped');
    this.#parts.release(torrent, 'torrent-unavailable');
  }

  /**
   * Moves no blocks of a torrent until it is resumed; its connections stay. One that is being checked is paused after that.
   * @throws {SeederError} ERR_TORRENT_UNKNOWN; ERR_TORRENT_STATE when it is stopped or failed.
   */
  pause(infoHash: InfoHash): void {
    const torrent = this.#torrents.known(infoHash);
    const isChecked = torrent.state !== 'queued' && torrent.state !== 'checking';
    if (isChecked && torrent.state !== 'paused') this.#pause(torrent);
    torrent.isPauseWanted = true;
  }

  /**
   * Goes on with a torrent that is paused; one that is stopped or failed is checked first, by what `resume` remembers.
   * @throws {SeederError} ERR_TORRENT_UNKNOWN.
   */
  resume(infoHash: InfoHash, options: { readonly resume?: string | null } = {}): void {
    const torrent = this.#torrents.known(infoHash);
    torrent.isPauseWanted = false;
    if (torrent.state === 'stopped' || torrent.state === 'failed') return this.recheck(infoHash, options);
    if (torrent.state !== 'paused') return;
    this.#move(torrent, torrent.isComplete ? 'seeding' : 'downloading');
    this.#parts.downloads.resume(torrent);
    this.#parts.choker.round(this.#clock.nowMs());
  }

  #pause(torrent: Torrent): void {
    this.#move(torrent, 'paused');
    this.#parts.downloads.pause(torrent);
    this.#parts.choker.round(this.#clock.nowMs());
  }

  #move(torrent: Torrent, to: TorrentState, error?: SeederError): void {
    const before = torrent.state;
    torrent.move(to, error);
    this.emit('stateChanged', torrent, before);
  }

  #fail(torrent: Torrent, error: SeederError): void {
    if (!canMove(torrent.state, 'failed') || !this.#torrents.has(torrent)) return;
    this.#logger.warn(
      { infoHash: infoHashToHex(torrent.infoHash), code: error.code, reason: error.message },
      'torrent failed',
    );
    this.#move(torrent, 'failed', error);
    this.#parts.release(torrent, 'storage');
    this.emit('failed', torrent, error);
  }

  #checkListener(): CheckListener {
    return {
      onCheckStarted: (torrent) => this.#move(torrent, 'checking'),
      onCheckProgress: (torrent, fraction) => {
        torrent.setProgress(fraction);
        this.emit('checkProgress', torrent, fraction);
      },
      onChecked: (torrent, record, error, wasHashed) => this.#checked(torrent, record, error, wasHashed),
      onCheckFailed: (torrent, error) => this.#fail(torrent, error),
    };
  }

  #checked(torrent: Torrent, record: ResumeRecord, error: SeederError | undefined, wasHashed: boolean): void {
    torrent.setChecked(record);
    if (wasHashed) this.#remember(torrent, record);
    if (error !== undefined) return this.#fail(torrent, error);
    this.#move(torrent, torrent.isComplete ? 'seeding' : 'downloading');
    if (!torrent.isComplete) this.#parts.downloads.start(torrent);
    if (torrent.isPauseWanted) this.#pause(torrent);
    if (this.#port !== 0) this.#parts.announcer.start(torrent);
  }

  /** What a torrent says that was removed is not for the one that may have come in its place. */
  #remember(torrent: Torrent, record: ResumeRecord): void {
    if (!this.#torrents.has(torrent)) return;
    this.emit('resumeChanged', torrent.infoHash, encodeResume(torrent.metainfo, record));
  }

  #completed(torrent: Torrent, record: ResumeRecord): void {
    torrent.storage.close(); // what is open bears older stamps
    torrent.setChecked(record);
    if (torrent.state === 'downloading') this.#move(torrent, 'seeding');
    this.#parts.announcer.completed(torrent);
  }
}
