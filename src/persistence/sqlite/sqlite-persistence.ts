import type { InfoHash } from '../../bittorrent/info-hash.ts';
import type { AccessStore } from '../access-store.ts';
import type { CompletedChanges } from '../counter-store.ts';
import { PersistenceError } from '../errors.ts';
import { checkLimit } from '../limit.ts';
import { PeerBatch } from '../peer-batch.ts';
import type { PendingMagnetStore } from '../pending-magnet-store.ts';
import type {
  CompletedCount,
  CompletedTotal,
  HeartbeatOutcome,
  NodeRow,
  PeerChanges,
  Persistence,
  TorrentRow,
} from '../persistence.ts';
import type { RateLimitStore } from '../rate-limit-store.ts';
import type { Revisions } from '../revision-store.ts';
import type { TorrentChanges, TransferRow } from '../torrent-store.ts';
import type { UserStore } from '../user-store.ts';
import { remoteStore } from './remote-store.ts';
import type { SqliteDatabase, SqliteOptions } from './sqlite-database.ts';
import { WorkerLink } from './worker-link.ts';
import type { Method } from './worker-protocol.ts';

/** Rows a page: tens of milliseconds of the worker's time, between which other calls get their turn. */
const PEERS_PER_PAGE = 10_000;
const TORRENTS_PER_PAGE = 100;

const ACCESS_METHODS: Readonly<Record<keyof AccessStore, true>> = {
  loadAccessMode: true,
  saveAccessMode: true,
  addToList: true,
  removeFromList: true,
  listAfter: true,
  loadAccessRules: true,
  addAccessRule: true,
  removeAccessRule: true,
};

const USER_METHODS: Readonly<Record<keyof UserStore, true>> = {
  loadUsers: true,
  addUser: true,
  changeUser: true,
  removeUser: true,
  loadTorrentCredits: true,
  saveTorrentCredit: true,
  loadFreeleech: true,
  saveFreeleech: true,
  saveTraffic: true,
  lastTrafficBatch: true,
  loadSessions: true,
  expireSessions: true,
  loadUserTotals: true,
  loadUserTorrents: true,
};

const LIMIT_METHODS: Readonly<Record<keyof RateLimitStore, true>> = {
  loadRateLimits: true,
  saveRateLimit: true,
  removeRateLimit: true,
};

const MAGNET_METHODS: Readonly<Record<keyof PendingMagnetStore, true>> = {
  loadPendingMagnets: true,
  savePendingMagnet: true,
  removePendingMagnet: true,
};

/**
 * A SQLite file. The database works in a thread of its own, so the event loop that answers announces never waits for
 * the disk. Should the thread die, calls under way fail with ERR_DATABASE_CLOSED and the next one starts another.
 */
export class SqlitePersistence implements Persistence {
  readonly access = remoteStore<AccessStore>(ACCESS_METHODS, (method, args) =>
    this.#call('callAccess', [method, args]),
  );
  readonly users = remoteStore<UserStore>(USER_METHODS, (method, args) =>
    this.#call('callUsers', [method, args]),
  );
  readonly limits = remoteStore<RateLimitStore>(LIMIT_METHODS, (method, args) =>
    this.#call('callLimits', [method, args]),
  );
  readonly magnets = remoteStore<PendingMagnetStore>(MAGNET_METHODS, (method, args) =>
    this.#call('callMagnets', [method, args]),
  );
  /** A file is one server's: its data folder is locked. */
  readonly isShared = false;
  readonly #options: SqliteOptions;
  readonly #startLink: (options: SqliteOptions) => WorkerLink;
  #link: WorkerLink | undefined;
  /** The link under way, while there is none. */
  #starting: Promise<WorkerLink> | undefined;
  #closing: Promise<void> | undefined;
  #isOpen = false;
  #nodeId = 0;

  /** `startLink` starts the thread; a test brings one that it can end. */
  constructor(options: SqliteOptions, startLink = (forOptions: SqliteOptions) => new WorkerLink(forOptions)) {
    this.#options = Object.freeze({ ...options });
    this.#startLink = startLink;
  }

  get nodeId(): number {
    return this.#nodeId;
  }

  async open(): Promise<void> {
    if (this.#isOpen && this.#link?.hasEnded === false) return;
    this.#isOpen = true;
    this.#closing = undefined;
    try {
      await this.#connect();
    } catch (error) {
      this.#isOpen = false;
      throw error;
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#disconnect();
    return this.#closing;
  }

  async saveTorrent(torrent: TorrentRow): Promise<void> {
    await this.#call('saveTorrent', [torrent]);
  }

  removeTorrent(infoHash: InfoHash): Promise<boolean> {
    return this.#call('removeTorrent', [infoHash]);
  }

  async loadTorrents(): Promise<TorrentRow[]> {
    const torrents: TorrentRow[] = [];
    for (;;) {
      const page = await this.#call('torrentsAfter', [torrents.at(-1)?.infoHash ?? null, TORRENTS_PER_PAGE]);
      torrents.push(...page);
      if (page.length < TORRENTS_PER_PAGE) break;
    }
    return torrents.sort((a, b) => a.createdAtSeconds - b.createdAtSeconds);
  }

  saveResume(infoHash: InfoHash, resume: string | null): Promise<boolean> {
    return this.#call('saveResume', [infoHash, resume]);
  }

  savePreferences(infoHash: InfoHash, preferences: string | null): Promise<boolean> {
    return this.#call('savePreferences', [infoHash, preferences]);
  }

  saveTransfers(rows: readonly TransferRow[]): Promise<void> {
    return this.#call('saveTransfers', [rows]);
  }

  saveTorrentState(infoHash: InfoHash, state: string): Promise<boolean> {
    return this.#call('saveTorrentState', [infoHash, state]);
  }

  async savePeers(batch: PeerBatch): Promise<void> {
    if (batch.length === 0) return;
    const copy = batch.slice(0, batch.length); // copied at once (96 bytes a peer), moved to the worker as it is
    await this.#call('savePeers', [copy.columns, copy.length], copy.buffers());
  }

  async *loadPeers(nowSeconds: number): AsyncGenerator<PeerBatch> {
    const until = await this.lastSequence();
    let sequence = 0;
    for (let isMore = true; isMore; ) {
      const page = await this.#call('presentPeers', [sequence, until, nowSeconds, PEERS_PER_PAGE]);
      if (page.length > 0) yield PeerBatch.fromColumns(page.columns, page.length);
      sequence = page.lastSequence;
      isMore = page.isMore;
    }
  }

  async expirePeers(nowSeconds: number): Promise<number> {
    let total = 0;
    for (;;) {
      const deleted = await this.#call('expirePeers', [nowSeconds, PEERS_PER_PAGE]);
      total += deleted;
      if (deleted < PEERS_PER_PAGE) break;
    }
    await this.#call('expireCounters', [nowSeconds]);
    return total;
  }

  lastSequence(): Promise<number> {
    return this.#call('lastSequence', []);
  }

  async changesSince(sequence: number, exceptNode: number, limit: number): Promise<PeerChanges> {
    checkLimit(limit);
    const page = await this.#call('changedPeers', [sequence, exceptNode, limit]);
    const { columns, length, lastSequence, isMore } = page;
    return { peers: PeerBatch.fromColumns(columns, length), lastSequence, isMore };
  }

  async saveCompleted(counts: readonly CompletedCount[], nowSeconds: number): Promise<void> {
    if (counts.length > 0) await this.#call('saveCompleted', [counts, nowSeconds]);
  }

  loadCompleted(): Promise<CompletedTotal[]> {
    return this.#call('loadCompleted', []);
  }

  getSetting(name: string): Promise<Uint8Array | undefined> {
    return this.#call('getSetting', [name]);
  }

  async setSetting(name: string, value: Uint8Array): Promise<void> {
    await this.#call('setSetting', [name, value]);
  }

  ensureSetting(name: string, value: Uint8Array): Promise<Uint8Array> {
    return this.#call('ensureSetting', [name, value]);
  }

  readClock(): Promise<number> {
    return this.#call('readClock', []);
  }

  heartbeat(nowSeconds: number): Promise<HeartbeatOutcome> {
    return this.#call('heartbeat', [nowSeconds]);
  }

  loadNodes(): Promise<NodeRow[]> {
    return this.#call('loadNodes', []);
  }

  removeNode(nodeId: number): Promise<boolean> {
    return this.#call('removeNode', [nodeId]);
  }

  async torrentsSince(sequence: number, limit: number): Promise<TorrentChanges> {
    checkLimit(limit);
    return this.#call('torrentsSince', [sequence, limit]);
  }

  countTorrents(): Promise<number> {
    return this.#call('countTorrents', []);
  }

  torrentHashes(): Promise<InfoHash[]> {
    return this.#call('torrentHashes', []);
  }

  async completedSince(sequence: number, exceptNode: number, limit: number): Promise<CompletedChanges> {
    checkLimit(limit);
    return this.#call('completedSince', [sequence, exceptNode, limit]);
  }

  revisions(): Promise<Revisions> {
    return this.#call('revisions', []);
  }

  async #call<M extends Method>(
    method: M,
    args: Parameters<SqliteDatabase[M]>,
    transfer?: ArrayBuffer[],
  ): Promise<Awaited<ReturnType<SqliteDatabase[M]>>> {
    if (!this.#isOpen) {
      throw new PersistenceError('ERR_DATABASE_CLOSED', `the database ${this.#options.path} is not open`);
    }
    // No await when the link stands: calls, and the close after them, reach the worker in their order.
    const link = this.#link?.hasEnded === false ? this.#link : await this.#connect();
    return link.call(method, args, transfer);
  }

  #connect(): Promise<WorkerLink> {
    this.#starting ??= this.#start().finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  async #start(): Promise<WorkerLink> {
    const link = this.#startLink(this.#options);
    try {
      this.#nodeId = await link.call('open', [this.#options.nodeName]);
      this.#link = link;
      return link;
    } catch (error) {
      await link.terminate();
      throw error;
    }
  }

  async #disconnect(): Promise<void> {
    this.#isOpen = false;
    await this.#starting?.catch(() => {}); // whoever began it is told
    const link = this.#link;
    this.#link = undefined;
    await link?.close();
  }
}
