import { EventEmitter } from 'node:events';
import type { Endpoint } from '../bittorrent/endpoint.ts';
import type { InfoHash } from '../bittorrent/info-hash.ts';
import type { Magnet } from '../bittorrent/magnet.ts';
import type { Metainfo } from '../bittorrent/metainfo/metainfo.ts';
import type { PeerId } from '../bittorrent/peer-id.ts';
import type { TrackerStatus } from './announcer/tracker-tiers.ts';
import type { Serving } from './choking/serving.ts';
import type { SeederCounters } from './counters.ts';
import type { Deletion } from './disk/delete-files.ts';
import { storedFiles } from './disk/storage-layout.ts';
import { SeederError } from './errors.ts';
import { eventsOf } from './node-events.ts';
import { type CompleteOptions, withDefaults } from './node-options.ts';
import type { NodeParts } from './node-parts.ts';
import type { NodeStatistics } from './node-statistics.ts';
import { wireNode } from './node-wiring.ts';
import { type ConnectedPeer, connectedPeer } from './peers/connected-peer.ts';
import type { TorrentQueue } from './queue/torrent-queue.ts';
import type { TorrentLimits } from './rates/rate-limits.ts';
import type { RatePacer } from './rates/rate-pacer.ts';
import type {
  AddTorrent,
  RecheckOptions,
  SeedNodeEvents,
  SeedNodeOptions,
  StartOptions,
} from './seed-node-types.ts';
import type { Torrent } from './torrent.ts';
import type { TorrentArrivals } from './torrent-arrivals.ts';
import type { TorrentControl } from './torrent-control.ts';
import type { TorrentTransitions } from './torrent-transitions.ts';
import { type FileProgress, type FileRange, fileProgress } from './torrents/file-progress.ts';
import { encodeResume } from './torrents/resume.ts';
import type { TorrentPreferences } from './torrents/torrent-preferences.ts';
import { TorrentTable } from './torrents/torrent-table.ts';
import type { TransferRecord } from './torrents/transfer-totals.ts';

/** Serves torrents to peers: checks their data first, and watches it. Nothing is shared between two nodes. */
export class SeedNode extends EventEmitter<SeedNodeEvents> {
  readonly counters: SeederCounters;
  readonly #options: CompleteOptions;
  readonly #torrents = new TorrentTable();
  readonly #transitions: TorrentTransitions;
  readonly #control: TorrentControl;
  readonly #arrivals: TorrentArrivals;
  readonly #parts: NodeParts;
  #port = 0;
  #stopping: Promise<void> | undefined;

  constructor(given: SeedNodeOptions = {}) {
    super();
    const options = withDefaults(given);
    this.#options = options;
    this.counters = options.counters;
    const wiring = wireNode({
      options,
      torrents: this.#torrents,
      events: eventsOf(this),
      port: () => this.#port,
    });
    this.#transitions = wiring.transitions;
    this.#control = wiring.control;
    this.#arrivals = wiring.arrivals;
    this.#parts = wiring.parts;
  }

  /** By which peers and trackers know it, 20 bytes: the same in every swarm. Not to be changed. */
  get peerId(): PeerId {
    return this.#options.peerId;
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

  /** Which torrents may run; how many may be changed at any time. */
  get queue(): TorrentQueue {
    return this.#transitions.turns.queue;
  }

  /** Takes up to `limit` torrents whose totals have changed since they were last taken, to be given back to `add` after a restart. */
  takeTransfers(limit: number): { readonly infoHash: InfoHash; readonly record: TransferRecord }[] {
    return this.#transitions.turns.takeUnsaved(limit);
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

  /** Nodes of the DHT that it knows; 0 while it has not joined. */
  get dhtNodeCount(): number {
    return this.#parts.discovery.dhtNodeCount;
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
    this.#parts.scrubber.start();
    for (const torrent of this.#torrents.values()) if (torrent.takesPeers) this.#parts.announce(torrent);
    return { port: this.#port };
  }

  /** Takes leave of trackers and peers and ends everything, within a few seconds. May be called again. */
  stop(): Promise<void> {
    this.#stopping ??= this.#parts.stop().then(() => this.#transitions.turns.ended(this.#torrents.values()));
    return this.#stopping;
  }

  /**
   * Takes a torrent in and begins to check it; its state is `queued` when this returns, or `stopped`, as it or a rule has wanted it.
   * @throws {SeederError} ERR_TORRENT_EXISTS when it is there already; ERR_STOPPED after `stop`; ERR_TARGET_OCCUPIED when another
   *   torrent has its place and one of them is mirrored; ERR_NO_HASHES or ERR_PIECE_LENGTH when it is to be mirrored and does
   *   not say what its pieces are, or has too long ones; ERR_PREFERENCE when files are chosen that it does not have; ERR_RATE_LIMIT for
   *   what can be no limit. Nothing was taken in then.
   */
  add(torrent: AddTorrent): Torrent {
    if (this.#stopping !== undefined) throw new SeederError('ERR_STOPPED', 'the seed node was stopped');
    return this.#arrivals.add(torrent);
  }

  /** Lets a torrent go, `stopped`; its data stays. False when it is not there. */
  remove(infoHash: InfoHash): boolean {
    return this.#control.remove(infoHash);
  }

  /**
   * Lets a torrent go, then deletes the files that it names, and folders of its own that are empty then. Links are not followed,
   * nor is a file of another length deleted; what is still there is told. Nothing is to be added at its place meanwhile.
   * @throws {SeederError} ERR_TORRENT_UNKNOWN; ERR_PLACE_SHARED when another torrent is, contains or lies in its place. Nothing was done then.
   */
  removeWithData(infoHash: InfoHash): Promise<Deletion> {
    return this.#control.removeWithData(infoHash);
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
   * Fetches metadata and piece layers of a magnet link (BEP 9, BEP 52) from its peers; resolves with a `.torrent` file. Four are
   * fetched at a time, and take turns with others; only the time of its own turns counts (10 minutes, unless it is told otherwise).
   * @throws {SeederError} ERR_NO_METADATA when a magnet leads nowhere, nobody gave it in so long, or it has too many pieces (v2 only);
   *   {@link ProtocolError} ERR_METAINFO; the signal's reason.
   */
  fetchMetadata(magnet: Magnet, signal: AbortSignal, maxRunningMs?: number): Promise<Uint8Array> {
    return this.#parts.fetchMetadata(magnet, signal, maxRunningMs);
  }

  /** All torrents, in the order in which they came. */
  torrents(): Torrent[] {
    return [...this.#torrents.values()];
  }

  /** One torrent. */
  torrent(infoHash: InfoHash): Torrent | undefined {
    return this.#torrents.get(infoHash);
  }

  /** Tries peers of a torrent that is mirrored, beside those that its trackers name. @throws {SeederError} ERR_TORRENT_UNKNOWN. */
  addPeers(infoHash: InfoHash, peers: readonly Endpoint[]): void {
    this.#parts.downloads.found(this.#torrents.known(infoHash), peers, 'magnet');
  }

  /**
   * Changes what is chosen for a torrent, at once; what is left out stays. When files are wanted that were not, it goes on by way of
   * `queued`: its files are made ready first.
   * @throws {SeederError} ERR_TORRENT_UNKNOWN; ERR_PREFERENCE, and then nothing is changed.
   */
  setPreferences(infoHash: InfoHash, change: Partial<TorrentPreferences>): TorrentPreferences {
    return this.#control.setPreferences(infoHash, change);
  }

  /** Changes whom a torrent is served to, at once; `everybody` when it comes. @throws {SeederError} ERR_TORRENT_UNKNOWN. */
  setServing(infoHash: InfoHash, serving: Serving): void {
    this.#control.serve(infoHash, serving);
  }

  /**
   * Limits how fast a torrent is sent to and fetched from all its peers together, beside the limits of the node; at once.
   * @throws {SeederError} ERR_TORRENT_UNKNOWN; ERR_RATE_LIMIT for what can be no limit, and nothing is changed.
   */
  setLimits(infoHash: InfoHash, limits: TorrentLimits): void {
    this.#control.setLimits(infoHash, limits);
  }

  /** What it does now, in all. */
  statistics(): NodeStatistics {
    return this.#parts.statistics();
  }

  /** The files of a torrent with what is here of each; pad files (BEP 47) are left out. @throws {SeederError} ERR_TORRENT_UNKNOWN. */
  files(infoHash: InfoHash, range?: FileRange): FileProgress[] {
    return fileProgress(this.#torrents.known(infoHash), range);
  }

  /** The peers to which a torrent is connected, as they are now. @throws {SeederError} ERR_TORRENT_UNKNOWN. */
  peers(infoHash: InfoHash): ConnectedPeer[] {
    return Array.from(this.#torrents.known(infoHash).peers, connectedPeer);
  }

  /** The foreign trackers of a torrent and what came of them, in the order in which they are tried. @throws {SeederError} ERR_TORRENT_UNKNOWN. */
  trackers(infoHash: InfoHash): readonly TrackerStatus[] {
    return this.#parts.announcer.trackers(this.#torrents.known(infoHash));
  }

  /**
   * Checks all data anew, whatever is remembered; also the way back from `failed`. One that is stopped is so again after that. With
   * `pieces` only those are hashed, and the torrent goes on meanwhile with what it does; `rechecked` tells of the end. Bad ones are
   * not served from then on: a mirror fetches them again, else the torrent fails.
   * @throws {SeederError} ERR_TORRENT_UNKNOWN; ERR_TORRENT_STATE, with `pieces` also when the torrent is neither seeded,
   *   downloaded nor paused; ERR_PIECE_RANGE, and nothing is rechecked; ERR_TARGET_OCCUPIED while another torrent has its place.
   */
  recheck(infoHash: InfoHash, options: RecheckOptions = {}): void {
    this.#control.recheck(infoHash, options);
  }

  /** Has a piece hashed that a torrent has; whether it is good. False too when nobody could look. */
  verifyPiece(torrent: Torrent, piece: number): Promise<boolean> {
    return this.#parts.verifyPiece(torrent, piece);
  }

  /** Goes on with a torrent; one that is stopped or failed is checked first, by what is remembered. @throws {SeederError} ERR_TORRENT_UNKNOWN. */
  startTorrent(infoHash: InfoHash, options: StartOptions = {}): void {
    this.#control.start(infoHash, options);
  }

  /**
   * Moves no blocks of a torrent until it is started; its connections stay, and new ones are made and taken. One that is being
   * checked, or was stopped and is checked now, is paused after that.
   * @throws {SeederError} ERR_TORRENT_UNKNOWN; ERR_TORRENT_STATE when it has failed.
   */
  pauseTorrent(infoHash: InfoHash, options: StartOptions = {}): void {
    this.#control.pause(infoHash, options);
  }

  /** Ends connections and announces of a torrent until it is started; trackers are told. @throws {SeederError} ERR_TORRENT_UNKNOWN. */
  stopTorrent(infoHash: InfoHash): void {
    this.#control.stop(infoHash);
  }
}
