import { EventEmitter } from 'node:events';
import type { Logger } from 'pino';
import { type InfoHash, infoHashToHex } from '../bittorrent/info-hash.ts';
import type { Metainfo } from '../bittorrent/metainfo/metainfo.ts';
import { Announcer } from './announcer/announcer.ts';
import type { TrackerStatus } from './announcer/tracker-tiers.ts';
import { Choker } from './choking/choker.ts';
import { type Clock, systemClock } from './clock.ts';
import { type CloseReason, makeSeederCounters, type SeederCounters } from './counters.ts';
import { ExtentCache } from './disk/extent-cache.ts';
import { OpenFiles } from './disk/open-files.ts';
import { storedFiles } from './disk/storage-layout.ts';
import { SeederError } from './errors.ts';
import { HashService } from './hashes/hash-service.ts';
import { Heartbeat } from './heartbeat.ts';
import { DEFAULT_SEEDER_LIMITS, type SeederLimits } from './limits.ts';
import { Connections, peerText } from './peers/connections.ts';
import { nodeEncryption } from './peers/node-encryption.ts';
import type { Peer, PeerHost } from './peers/peer.ts';
import { UploadPacer } from './rates/upload-pacer.ts';
import type { AddTorrent, SeedNodeEvents, SeedNodeOptions } from './seed-node-types.ts';
import { Torrent } from './torrent.ts';
import { CheckQueue } from './torrents/check-queue.ts';
import { encodeResume, type ResumeRecord } from './torrents/resume.ts';
import { StorageWatch } from './torrents/storage-watch.ts';
import type { TorrentState } from './torrents/torrent-state.ts';
import { TorrentTable } from './torrents/torrent-table.ts';

export type { AddTorrent, SeedNodeEvents, SeedNodeOptions } from './seed-node-types.ts';

/** Serves torrents to peers: checks their data first, and watches it. Nothing is shared between two nodes. */
export class SeedNode extends EventEmitter<SeedNodeEvents> {
  readonly counters: SeederCounters;
  /** The limits on what it uploads; they may be changed at any time. */
  readonly pacer: UploadPacer;
  readonly #options: SeedNodeOptions;
  readonly #limits: SeederLimits;
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #torrents = new TorrentTable();
  readonly #openFiles: OpenFiles;
  readonly #cache: ExtentCache;
  readonly #connections: Connections;
  readonly #choker: Choker;
  readonly #checks: CheckQueue;
  readonly #watch: StorageWatch;
  readonly #announcer: Announcer;
  readonly #heartbeat: Heartbeat;
  #port = 0;
  #stopping: Promise<void> | undefined;

  constructor(options: SeedNodeOptions) {
    super();
    this.#options = options;
    this.#limits = Object.freeze({ ...DEFAULT_SEEDER_LIMITS, ...options.limits });
    this.#logger = options.logger;
    this.#clock = options.clock ?? systemClock;
    this.counters = options.counters ?? makeSeederCounters();
    this.#openFiles = new OpenFiles(this.#limits.maxOpenFiles);
    this.#cache = new ExtentCache(this.#limits.cacheBytes, this.counters);
    this.pacer = new UploadPacer({ clock: this.#clock, ...options.rates });
    this.#connections = new Connections(this.#peerHost());
    this.#choker = new Choker(this.#limits, () => this.pacer.hasRoom);
    this.#heartbeat = new Heartbeat(this.#clock, (nowMs, seconds) => this.#tick(nowMs, seconds));
    this.#checks = new CheckQueue(this.#checkListener(), options.hashThreads);
    this.#watch = new StorageWatch({
      clock: this.#clock,
      intervalMs: this.#limits.storageCheckIntervalMs,
      torrents: () => this.torrents().filter(({ state }) => state === 'seeding'),
      onChanged: (torrent, error) => this.#fail(torrent, error),
    });
    this.#announcer = new Announcer({
      peerId: options.peerId,
      clock: this.#clock,
      logger: this.#logger,
      clientVersion: options.clientVersion,
      isOwnTracker: options.isOwnTracker ?? (() => false),
      port: () => this.#port,
    });
  }

  /** The port on which peers are awaited; 0 before `start`. */
  get port(): number {
    return this.#port;
  }

  /** Open connections. */
  get connectionCount(): number {
    return this.#connections.size;
  }

  /** Bytes a second that all peers take now. */
  get uploadRateBytesPerSecond(): number {
    return this.#connections.uploadRateBytesPerSecond;
  }

  /** Bytes of file data in memory. */
  get cacheBytes(): number {
    return this.#cache.bytes;
  }

  /**
   * Listens for peers.
   * @throws {SeederError} ERR_LISTEN when the address or port cannot be had; ERR_STOPPED after `stop`.
   */
  async start(): Promise<{ readonly port: number }> {
    if (this.#stopping !== undefined) throw new SeederError('ERR_STOPPED', 'the seed node was stopped');
    this.#port = await this.#connections.listen(this.#options.host, this.#options.port);
    this.#heartbeat.start();
    this.#watch.start();
    for (const torrent of this.#torrents.values())
      if (torrent.state === 'seeding') this.#announcer.start(torrent);
    return { port: this.#port };
  }

  /** Takes leave of trackers and peers and ends everything, within a few seconds. May be called again. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  /**
   * Takes a torrent in and begins to check it; its state is `queued` when this returns.
   * @throws {SeederError} ERR_TORRENT_EXISTS when it is there already; ERR_STOPPED after `stop`.
   */
  add({ metainfo, dataPath, resume = null }: AddTorrent): Torrent {
    if (this.#stopping !== undefined) throw new SeederError('ERR_STOPPED', 'the seed node was stopped');
    if (this.torrent(metainfo.infoHash) !== undefined)
      throw new SeederError(
        'ERR_TORRENT_EXISTS',
        `the torrent ${infoHashToHex(metainfo.infoHash)} is seeded already`,
      );
    const torrent = new Torrent({ metainfo, dataPath, openFiles: this.#openFiles });
    torrent.onStorageError = (error) => this.#fail(torrent, error);
    this.#torrents.add(torrent);
    this.#checks.add(torrent, resume);
    return torrent;
  }

  /** Lets a torrent go, `stopped`; its data stays. False when it is not there. */
  remove(infoHash: InfoHash): boolean {
    const torrent = this.torrent(infoHash);
    if (torrent === undefined) return false;
    this.#torrents.remove(torrent);
    if (torrent.state !== 'stopped') this.#move(torrent, 'stopped');
    this.#release(torrent, 'removed');
    return true;
  }

  /**
   * Checks data that is not seeded here, such as another copy; resolves with the record of it, for `add`.
   * @throws {SeederError} ERR_PIECES_BAD, ERR_STORAGE_* or ERR_STOPPED.
   */
  async inspect(metainfo: Metainfo, dataPath: string, resume: string | null = null): Promise<string> {
    const record = await this.#checks.inspect(metainfo, storedFiles(metainfo.info, dataPath), resume);
    return encodeResume(metainfo, record);
  }

  /** All torrents, in the order in which they came. */
  torrents(): Torrent[] {
    return [...this.#torrents.values()];
  }

  /** One torrent. */
  torrent(infoHash: InfoHash): Torrent | undefined {
    return this.#torrents.get(infoHash);
  }

  /** The foreign trackers of a torrent and what came of them; empty while it is not announced. */
  trackers(infoHash: InfoHash): readonly TrackerStatus[] {
    const torrent = this.torrent(infoHash);
    return torrent === undefined ? [] : this.#announcer.trackers(torrent);
  }

  /**
   * Checks all data anew, whatever is remembered; also the way back from `failed` and `stopped`.
   * @throws {SeederError} ERR_TORRENT_UNKNOWN, ERR_TORRENT_STATE.
   */
  recheck(infoHash: InfoHash, { resume = null }: { readonly resume?: string | null } = {}): void {
    const torrent = this.#known(infoHash);
    if (torrent.state === 'queued') return;
    this.#move(torrent, 'queued');
    this.#release(torrent, 'torrent-unavailable');
    this.#checks.add(torrent, resume);
  }

  /**
   * Ends connections and announces of a torrent until it is rechecked.
   * @throws {SeederError} ERR_TORRENT_UNKNOWN, ERR_TORRENT_STATE.
   */
  stopTorrent(infoHash: InfoHash): void {
    const torrent = this.#known(infoHash);
    if (torrent.state === 'stopped') return;
    this.#move(torrent, 'stopped');
    this.#release(torrent, 'torrent-unavailable');
  }

  #known(infoHash: InfoHash): Torrent {
    const torrent = this.torrent(infoHash);
    if (torrent !== undefined) return torrent;
    throw new SeederError('ERR_TORRENT_UNKNOWN', `there is no torrent ${infoHashToHex(infoHash)}`);
  }

  async #stop(): Promise<void> {
    this.#heartbeat.stop();
    this.pacer.stop();
    this.#watch.stop();
    await Promise.all([this.#announcer.stop(), this.#checks.stop(), this.#connections.close()]);
    this.#openFiles.close();
  }

  #move(torrent: Torrent, to: TorrentState, error?: SeederError): void {
    const before = torrent.state;
    torrent.move(to, error);
    this.emit('stateChanged', torrent, before);
  }

  #fail(torrent: Torrent, error: SeederError): void {
    if (torrent.state === 'failed' || this.torrent(torrent.infoHash) !== torrent) return;
    this.#logger.warn(
      { infoHash: infoHashToHex(torrent.infoHash), code: error.code, reason: error.message },
      'torrent failed',
    );
    this.#move(torrent, 'failed', error);
    this.#release(torrent, 'storage');
    this.emit('failed', torrent, error);
  }

  /** Gives back all that a torrent holds: check, announces, connections, cache, files. */
  #release(torrent: Torrent, reason: CloseReason): void {
    this.#checks.cancel(torrent);
    this.#announcer.remove(torrent);
    for (const peer of [...torrent.peers]) peer.close(reason);
    this.#cache.forget(torrent.storage);
    torrent.storage.close();
  }

  #tick(nowMs: number, seconds: number): void {
    this.pacer.tick();
    for (const peer of this.#connections) peer.tick(nowMs, seconds);
    this.#choker.tick(nowMs);
  }

  #peerHost(): PeerHost {
    const node = this;
    return {
      peerId: this.#options.peerId,
      clientVersion: this.#options.clientVersion,
      limits: this.#limits,
      cache: this.#cache,
      hashes: new HashService(this.#cache, this.#clock),
      counters: this.counters,
      pacer: this.pacer,
      get port() {
        return node.#port;
      },
      nowMs: () => this.#clock.nowMs(),
      encryption: nodeEncryption(this.#options.encryption ?? 'allow', this.#torrents, this.counters),
      torrentFor: (infoHash) => this.#torrents.named(infoHash),
      onInterestChanged: (peer) => this.#choker.interestChanged(peer),
      onStorageError: (torrent, error) => this.#fail(torrent, error),
      onInternalError: (error) => this.#logger.error({ err: error }, 'internal error in a connection'),
      onClosed: (peer, reason) => this.#peerClosed(peer, reason),
    };
  }

  #peerClosed(peer: Peer, reason: CloseReason): void {
    this.#connections.forget(peer, reason);
    this.#choker.forget(peer);
    if (this.#logger.isLevelEnabled('debug'))
      this.#logger.debug({ peer: peerText(peer), client: peer.client, reason }, 'peer closed');
  }

  #checkListener(): ConstructorParameters<typeof CheckQueue>[0] {
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
    if (wasHashed) this.emit('resumeChanged', torrent.infoHash, encodeResume(torrent.metainfo, record));
    if (error !== undefined) return this.#fail(torrent, error);
    this.#move(torrent, 'seeding');
    if (this.#port !== 0) this.#announcer.start(torrent);
  }
}
