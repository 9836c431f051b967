import type { Metainfo } from '../../bittorrent/metainfo/metainfo.ts';
import type { PeerOrigin } from '../discovery/peer-origin.ts';
import { OpenFiles, WRITE_FLAGS } from '../disk/open-files.ts';
import { TorrentWriter } from '../disk/torrent-writer.ts';
import { asSeederError } from '../errors.ts';
import type { PeerAddress } from '../peers/candidates.ts';
import { Dialer } from '../peers/dialer.ts';
import { BannedPeers } from '../peers/peer-names.ts';
import type { Torrent } from '../torrent.ts';
import { Downloader, type DownloadListener } from './downloader.ts';
import type { DownloadsOptions } from './downloads-options.ts';
import { MemoryBudget } from './memory-budget.ts';
import { isMirrorable, requireMirrorable } from './mirrorable.ts';
import { MissingPieces } from './missing-pieces.ts';
import { HashingThread, PieceChecker } from './piece-checker.ts';
import { ProgressRecord } from './progress-record.ts';
import { type SourceHost, TorrentSources } from './web-source/torrent-sources.ts';

/** Memory of pieces, and the thread that hashes, are kept for the next download so long after the last one. */
const KEPT_MS = 10_000;

interface Download {
  readonly downloader: Downloader;
  readonly sources: TorrentSources;
  readonly record: ProgressRecord;
  readonly missing: MissingPieces;
}

/** The torrents that a node fetches: each from its peers, all within one budget of memory, with one thread that hashes. */
export class Downloads {
  readonly #options: DownloadsOptions;
  readonly #running = new Map<Torrent, Download>();
  readonly #banned = new BannedPeers();
  readonly #openFiles: OpenFiles;
  readonly #budget: MemoryBudget;
  readonly #thread = new HashingThread();
  /** When the last download ended. */
  #endedAtMs = 0;
  readonly #dialer: Dialer;
  readonly #sourceHost: SourceHost;
  readonly #saving = new Map<Promise<void>, Torrent>();
  readonly #mirrorable = new WeakMap<Metainfo, boolean>();

  constructor(options: DownloadsOptions) {
    this.#options = options;
    const { clock, disk, limits, connections, encryption } = options;
    this.#openFiles = new OpenFiles(limits.maxOpenFiles, WRITE_FLAGS, disk);
    this.#budget = new MemoryBudget(limits.downloadBytes);
    this.#dialer = new Dialer({
      clock,
      limits,
      encryption,
      connectionCount: () => connections.size,
      onConnected: (socket, outgoing) => connections.adopt(socket, outgoing),
    });
    this.#sourceHost = {
      ...options.webSources,
      clock,
      maxWebSources: limits.maxWebSources,
      isBanned: (names) => this.#banned.has(names),
      onBytes: (bytes) => {
        options.counters.webSourceBytes += bytes;
      },
    };
  }

  /** @throws {SeederError} ERR_NO_HASHES, ERR_PIECE_LENGTH when a torrent cannot be fetched. */
  requireMirrorable(metainfo: Metainfo): void {
    requireMirrorable(metainfo, this.#options.limits.downloadBytes);
  }

  /** Whether pieces of a torrent can be fetched, and be hashed in memory. */
  canMirror(metainfo: Metainfo): boolean {
    let can = this.#mirrorable.get(metainfo);
    if (can === undefined) {
      can = isMirrorable(metainfo, this.#options.limits.downloadBytes);
      this.#mirrorable.set(metainfo, can);
    }
    return can;
  }

  /** Fetches what a torrent lacks from now on; its files are there. */
  start(torrent: Torrent): void {
    const { clock, limits } = this.#options;
    torrent.storage.setStamps(undefined);
    const writer = new TorrentWriter(torrent.files, this.#openFiles);
    const record = new ProgressRecord(torrent, writer, limits.resumeIntervalMs);
    const missing = new MissingPieces(torrent);
    const downloader = new Downloader({
      torrent,
      writer,
      checker: new PieceChecker(torrent.metainfo, this.#thread),
      budget: this.#budget,
      pacer: this.#options.pacer,
      nowMs: () => clock.nowMs(),
      random: Math.random,
      listener: this.#listenerOf(torrent, record, missing),
    });
    const sources = new TorrentSources(torrent, downloader, this.#sourceHost);
    this.#running.set(torrent, { downloader, sources, record, missing });
    for (const peer of torrent.peers) peer.startDownload();
    this.#dialer.start(torrent);
    this.found(torrent, torrent.knownPeers, 'magnet');
    sources.tick(clock.nowMs());
    if (downloader.missing === 0) this.#awaited(torrent, this.#complete(torrent, record));
  }

  /** Its connections stay, but nothing is fetched. */
  pause(torrent: Torrent): void {
    this.#running.get(torrent)?.downloader.pause();
  }

  resume(torrent: Torrent): void {
    this.#running.get(torrent)?.downloader.resume();
  }

  /** What is chosen for a torrent is another now. */
  preferencesChanged(torrent: Torrent): void {
    this.#running.get(torrent)?.downloader.preferencesChanged();
  }

  /** Fetches no more; what is good by now is told once it lies on the disk. Nothing happens for a torrent that is not fetched. */
  stop(torrent: Torrent): void {
    const download = this.#running.get(torrent);
    if (download === undefined) return;
    this.#forget(torrent);
    this.#awaited(torrent, this.#saveLast(torrent, download.record));
  }

  /** Resolves when what was fetched of a torrent whose download is over lies on the disk, and is told. */
  async whenSaved(torrent: Torrent): Promise<void> {
    await Promise.all([...this.#saving].map(([done, saved]) => (saved === torrent ? done : undefined)));
  }

  /**
   * Pieces that a torrent had are not good: those that are wanted are fetched again. A file that has its own name by now keeps it.
   * False for a torrent that is not fetched.
   */
  lost(torrent: Torrent, pieces: readonly number[]): boolean {
    const download = this.#running.get(torrent);
    if (download === undefined) return false;
    for (const piece of pieces) {
      download.missing.lost(piece);
      download.downloader.lost(piece);
    }
    download.record.changed();
    return true;
  }

  /** The download of a torrent; undefined when there is none. */
  of(torrent: Torrent): Downloader | undefined {
    return this.#running.get(torrent)?.downloader;
  }

  /** Bytes a second that come now, for all torrents together. */
  get bytesPerSecond(): number {
    let sum = 0;
    for (const { downloader } of this.#running.values()) sum += downloader.bytesPerSecond;
    return sum;
  }

  isBanned(names: readonly string[]): boolean {
    return this.#banned.has(names);
  }

  /** Addresses at which there may be peers of a torrent, and who named them. */
  found(torrent: Torrent, endpoints: readonly PeerAddress[], origin: PeerOrigin): void {
    const added = this.#dialer.found(torrent, endpoints, origin);
    this.#options.counters.discovery.peersFound[origin] += added;
  }

  /** Once a second or so. */
  tick(nowMs: number, seconds: number): void {
    if (this.#running.size === 0 && nowMs - this.#endedAtMs >= KEPT_MS) this.#rest();
    this.#dialer.dial();
    for (const [torrent, { downloader, sources, record }] of this.#running) {
      sources.tick(nowMs);
      downloader.tick(nowMs, seconds);
      if (record.isDueAt(nowMs)) void this.#save(torrent, record);
    }
  }

  /** Ends all, within what the disk needs. */
  async close(): Promise<void> {
    this.#dialer.stop();
    for (const torrent of [...this.#running.keys()]) this.stop(torrent);
    await Promise.all(this.#saving.keys());
    await this.#thread.stop();
    this.#openFiles.close();
  }

  #rest(): void {
    this.#budget.memory.drop();
    this.#thread.rest();
  }

  #forget(torrent: Torrent): void {
    const download = this.#running.get(torrent);
    this.#running.delete(torrent);
    this.#endedAtMs = this.#options.clock.nowMs();
    this.#dialer.forget(torrent);
    download?.sources.stop();
    download?.downloader.stop();
    for (const peer of torrent.peers) peer.endDownload();
  }

  #listenerOf(torrent: Torrent, record: ProgressRecord, missing: MissingPieces): DownloadListener {
    const { cache, counters, listener } = this.#options;
    return {
      onPiece: (piece) => {
        cache.invalidate(torrent.storage, piece * torrent.pieceLength, torrent.pieceLength);
        torrent.addPiece(piece);
        listener.onPiece(torrent, piece, true);
        record.changed();
        for (const index of missing.got(piece))
          this.#awaited(torrent, this.#completeFile(torrent, record, index));
      },
      onBlock: (bytes) => {
        counters.downloadedBytes += bytes;
        torrent.addDownloaded(bytes);
      },
      onWasted: (bytes) => {
        counters.wastedBytes += bytes;
        torrent.addWasted(bytes);
      },
      onBadPiece: (piece) => {
        counters.badPieces++;
        listener.onPiece(torrent, piece, false);
      },
      onLiar: (leech) => {
        this.#banned.add(leech.names);
        leech.wire.close('bad-data');
      },
      onComplete: () => this.#awaited(torrent, this.#complete(torrent, record)),
      onFailed: (error) => listener.onFailed(torrent, error),
    };
  }

  async #save(torrent: Torrent, record: ProgressRecord): Promise<void> {
    try {
      const saved = await record.save(this.#options.clock.nowMs());
      if (saved !== undefined) this.#options.listener.onRecord(torrent, saved);
    } catch (error) {
      this.#failed(torrent, record, error);
    }
  }

  async #completeFile(torrent: Torrent, record: ProgressRecord, index: number): Promise<void> {
    try {
      await record.completeFile(index);
    } catch (error) {
      this.#failed(torrent, record, error);
    }
  }

  /** One that was stopped meanwhile tells no more. */
  #failed(torrent: Torrent, record: ProgressRecord, error: unknown): void {
    if (this.#running.get(torrent)?.record !== record) return;
    this.#options.listener.onFailed(torrent, asSeederError(error, 'ERR_STORAGE_UNWRITABLE'));
  }

  async #saveLast(torrent: Torrent, record: ProgressRecord): Promise<void> {
    try {
      this.#options.listener.onRecord(torrent, await record.finish(this.#options.clock.nowMs()));
    } catch {
      // A file is missing or cannot be flushed: the record before this one counts, and the data is looked at when it goes on.
    }
  }

  async #complete(torrent: Torrent, record: ProgressRecord): Promise<void> {
    const { listener } = this.#options;
    try {
      const found = await record.look();
      const download = this.#running.get(torrent);
      if (download?.record !== record) return; // it was stopped meanwhile
      if (download.downloader.missing > 0) return; // a piece was lost meanwhile: it is told again
      this.#forget(torrent);
      listener.onComplete(torrent, found);
      await record.flush(); // peers need not wait for the disk
      listener.onRecord(torrent, found);
      listener.onFlushed(torrent);
    } catch (error) {
      listener.onFailed(torrent, asSeederError(error, 'ERR_STORAGE_UNWRITABLE'));
    }
  }

  /** The end of the node waits for it. It tells of what goes wrong by itself. */
  #awaited(torrent: Torrent, task: Promise<void>): void {
    const done = task.catch(() => {}).finally(() => this.#saving.delete(done));
    this.#saving.set(done, torrent);
  }
}
