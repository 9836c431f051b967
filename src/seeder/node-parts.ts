import type { Logger } from 'pino';
import type { Magnet } from '../bittorrent/magnet.ts';
import { Announcer } from './announcer/announcer.ts';
import { Choker } from './choking/choker.ts';
import type { CloseReason, SeederCounters } from './counters.ts';
import { Discovery } from './discovery/discovery.ts';
import { systemDisk } from './disk/disk.ts';
import { ExtentCache } from './disk/extent-cache.ts';
import { GuardedDisk } from './disk/guarded-disk.ts';
import { OpenFiles, READ_FLAGS } from './disk/open-files.ts';
import { Downloads } from './download/downloads.ts';
import { HashingThread } from './download/piece-checker.ts';
import { nodeWebSources } from './download/web-source/node-web-sources.ts';
import { Heartbeat } from './heartbeat.ts';
import { LazyRecords } from './integrity/lazy-records.ts';
import { PieceRechecks } from './integrity/piece-rechecks.ts';
import { PieceVerifier } from './integrity/piece-verifier.ts';
import { Scrubber } from './integrity/scrubber.ts';
import { metadataTask } from './metadata/fetch-metadata.ts';
import { METADATA_MS, MetadataTurns } from './metadata/metadata-turns.ts';
import type { NodePartsOptions } from './node-parts-options.ts';
import { nodePeerHost } from './node-peer-host.ts';
import { type NodeStatistics, nodeStatistics } from './node-statistics.ts';
import { Connections } from './peers/connections.ts';
import { nodeEncryption } from './peers/node-encryption.ts';
import { Suggestions } from './peers/suggestions.ts';
import { RatePacer } from './rates/rate-pacer.ts';
import { SuperSeeding } from './super-seeding/super-seeding.ts';
import type { Torrent } from './torrent.ts';
import { CheckQueue } from './torrents/check-queue.ts';
import { DataMoves } from './torrents/data-moves.ts';
import { isStorageBack } from './torrents/storage-problem.ts';
import { StorageReturn } from './torrents/storage-return.ts';
import { StorageWatch } from './torrents/storage-watch.ts';
import type { Encryption } from './wire/encryption/encryption.ts';

/** The parts of a seed node, introduced to each other. */
export class NodeParts {
  readonly openFiles: OpenFiles;
  readonly counters: SeederCounters;
  readonly cache: ExtentCache;
  readonly connections: Connections;
  readonly choker: Choker;
  readonly checks: CheckQueue;
  readonly rechecks: PieceRechecks;
  readonly verifier: PieceVerifier;
  readonly records: LazyRecords;
  readonly scrubber: Scrubber;
  readonly dataMoves: DataMoves;
  readonly watch: StorageWatch;
  readonly returns: StorageReturn;
  readonly announcer: Announcer;
  readonly downloads: Downloads;
  readonly discovery: Discovery;
  readonly pacer: RatePacer;
  readonly downloadPacer: RatePacer;
  readonly superSeeding: SuperSeeding;
  readonly suggestions: Suggestions;
  readonly heartbeat: Heartbeat;
  readonly #made: NodePartsOptions;
  readonly #logger: Logger;
  readonly #encryption: Encryption;
  readonly #metadataTurns: MetadataTurns;

  constructor(made: NodePartsOptions) {
    const { options, limits, clock, counters, torrents } = made;
    this.#made = made;
    this.counters = counters;
    this.#logger = options.logger;
    this.#metadataTurns = new MetadataTurns(clock);
    this.#encryption = nodeEncryption(options.encryption ?? 'allow', torrents, counters);
    const disk = new GuardedDisk(options.disk ?? systemDisk, clock);
    this.openFiles = new OpenFiles(limits.maxOpenFiles, READ_FLAGS, disk);
    this.cache = new ExtentCache(limits.cacheBytes, counters);
    this.pacer = new RatePacer({ clock, ...options.rates });
    this.downloadPacer = new RatePacer({ clock, ...options.downloadRates });
    this.superSeeding = this.#makeSuperSeeding();
    this.suggestions = new Suggestions({
      mode: options.suggestions ?? 'off',
      cache: this.cache,
      isSuperSeeded: (torrent) => this.superSeeding.shows(torrent),
    });
    this.connections = new Connections(nodePeerHost(made, this, this.#encryption));
    this.choker = new Choker({
      limits,
      hasRoom: () => this.pacer.hasRoom,
      uploadLimit: () => this.pacer.nodeLimitNow,
      random: Math.random,
    });
    this.checks = new CheckQueue(made.checkListener, {
      threads: options.hashThreads,
      disk,
      whenFree: (torrent) => this.whenFree(torrent),
      usesPartNames: options.usesPartNames ?? false,
      isAllocated: options.allocation === 'full',
    });
    this.dataMoves = new DataMoves(torrents, made.dataMovesListener, (torrent) =>
      this.downloads.whenSaved(torrent),
    );
    this.verifier = new PieceVerifier(new HashingThread(), made.rechecksListener);
    this.records = new LazyRecords(clock, limits.resumeIntervalMs, made.onRemember);
    this.rechecks = new PieceRechecks({
      hash: (torrent, pieces, watch) => this.checks.hashPieces(torrent, pieces, watch),
      listener: made.rechecksListener,
    });
    this.watch = new StorageWatch({
      clock,
      intervalMs: limits.storageCheckIntervalMs,
      torrents: () => [...torrents.values()].filter(({ state }) => state === 'seeding'),
      onChanged: made.onFailed,
    });
    this.returns = new StorageReturn({
      clock,
      intervalMs: limits.storageCheckIntervalMs,
      isBack: isStorageBack,
      onReturned: made.onReturned,
    });
    this.downloads = new Downloads({
      clock,
      disk,
      limits,
      counters,
      cache: this.cache,
      pacer: this.downloadPacer,
      encryption: this.#encryption.mode,
      connections: this.connections,
      webSources: nodeWebSources(options, counters),
      listener: made.downloadsListener,
    });
    this.scrubber = this.#makeScrubber();
    this.announcer = this.#makeAnnouncer();
    this.discovery = this.#makeDiscovery();
    this.heartbeat = new Heartbeat(clock, (nowMs, seconds) => this.#beat(nowMs, seconds));
  }

  /** A torrent has peers from now on, or looks for some. */
  announce(torrent: Torrent): void {
    this.announcer.start(torrent);
    this.discovery.start(torrent);
  }

  /** Takes leave of its trackers and peers, and looks for none. */
  withdraw(torrent: Torrent): void {
    this.announcer.remove(torrent);
    this.discovery.remove(torrent);
    for (const peer of [...torrent.peers]) peer.close('torrent-unavailable');
  }

  /** Gives back all that a torrent holds: check, announces, download, connections, cache, files. */
  release(torrent: Torrent, reason: CloseReason): void {
    this.records.flush(torrent);
    this.scrubber.forget(torrent);
    this.checks.cancel(torrent);
    this.rechecks.cancel(torrent);
    this.returns.forget(torrent);
    this.dataMoves.cancel(torrent, reason === 'removed');
    this.announcer.remove(torrent);
    this.discovery.remove(torrent);
    this.downloads.stop(torrent);
    for (const peer of [...torrent.peers]) peer.close(reason);
    this.superSeeding.forget(torrent);
    this.cache.forget(torrent.storage);
    torrent.storage.close();
  }

  /** Resolves when no download and no move of a torrent that has ended, or was given up, touches its files any more. Never rejects. */
  async whenFree(torrent: Torrent): Promise<void> {
    await Promise.all([this.downloads.whenSaved(torrent), this.dataMoves.ended(torrent)]);
  }

  /** See `SeedNode.fetchMetadata`. */
  async fetchMetadata(magnet: Magnet, signal: AbortSignal, maxRunningMs = METADATA_MS): Promise<Uint8Array> {
    const { options, clock, port, events } = this.#made;
    const { peerId, clientVersion } = options;
    const { find } = this.discovery;
    const about = { magnet, peerId, clientVersion, clock, logger: this.#logger, port: port() };
    const task = metadataTask({ ...about, encryption: this.#encryption, find });
    const torrent = await this.#metadataTurns.run(task, { signal, maxRunningMs });
    events.emit('metadata', magnet.infoHash, torrent);
    return torrent;
  }

  /** See `SeedNode.verifyPiece`. */
  verifyPiece(torrent: Torrent, piece: number): Promise<boolean> {
    return new Promise((resolve) =>
      this.verifier.verify(torrent, piece, (verdict) => resolve(verdict === 'good')),
    );
  }

  /** See `SeedNode.statistics`. */
  statistics(): NodeStatistics {
    const { counters, torrents } = this.#made;
    return nodeStatistics({ counters, connectionCount: this.connections.size, torrents: torrents.values() });
  }

  /** Ends everything, within a few seconds. */
  async stop(): Promise<void> {
    this.heartbeat.stop();
    this.pacer.stop();
    this.downloadPacer.stop();
    this.watch.stop();
    this.returns.stop();
    this.rechecks.stop();
    this.records.stop();
    this.scrubber.stop();
    await Promise.all([
      this.announcer.stop(),
      this.discovery.stop(),
      this.checks.stop(),
      this.verifier.stop(),
      this.dataMoves.stop(),
      this.downloads.close(),
      this.connections.close(),
    ]);
    this.openFiles.close();
  }

  #makeScrubber(): Scrubber {
    const { options, clock, counters, torrents, onScrubbed } = this.#made;
    return new Scrubber({
      clock,
      counters,
      verifier: this.verifier,
      torrents: () => torrents.values(),
      canVerify: ({ metainfo }) => this.downloads.canMirror(metainfo),
      bytesPerSecond: options.scrub?.bytesPerSecond ?? 0,
      position: options.scrub?.position,
      activity: () => ({
        reads: counters.extentReads,
        bytes: counters.uploadedBytes + counters.downloadedBytes,
      }),
      isBusy: () => this.checks.isBusy,
      onMoved: onScrubbed,
    });
  }

  #makeSuperSeeding(): SuperSeeding {
    const { options, clock } = this.#made;
    return new SuperSeeding({
      mode: options.superSeeding ?? 'off',
      nowMs: () => clock.nowMs(),
      random: Math.random,
      otherSeeds: (torrent) =>
        Math.max(options.otherSeeds?.(torrent) ?? 0, this.announcer.otherSeeds(torrent)),
    });
  }

  #makeAnnouncer(): Announcer {
    const { options, clock, port } = this.#made;
    return new Announcer({
      peerId: options.peerId,
      clock,
      logger: this.#logger,
      clientVersion: options.clientVersion,
      isOwnTracker: options.isOwnTracker ?? (() => false),
      port,
      onPeers: (torrent, peers) => this.downloads.found(torrent, peers, 'tracker'),
    });
  }

  #makeDiscovery(): Discovery {
    const { options, clock, counters, torrents, port } = this.#made;
    return new Discovery({
      settings: options.discovery ?? {},
      host: options.host,
      port,
      clock,
      logger: this.#logger,
      counters: counters.discovery,
      torrentFor: (infoHash) => torrents.named(infoHash),
      onPeers: (torrent, peers, origin) => this.downloads.found(torrent, peers, origin),
    });
  }

  #beat(nowMs: number, seconds: number): void {
    this.pacer.tick();
    this.downloadPacer.tick();
    for (const peer of this.connections) peer.tick(nowMs, seconds);
    this.downloads.tick(nowMs, seconds);
    this.discovery.tick(nowMs);
    this.superSeeding.tick();
    this.suggestions.tick();
    this.choker.tick(nowMs);
    this.#made.onBeat(nowMs);
    const { events } = this.#made;
    if (events.hears('statistics')) events.emit('statistics', this.statistics());
  }
}
