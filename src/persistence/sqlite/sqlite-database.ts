import { closeSync, openSync } from 'node:fs';
import type Database from 'better-sqlite3';
import openKnex, { type Knex } from 'knex';
import type { InfoHash } from '../../bittorrent/info-hash.ts';
import type { AccessStore } from '../access-store.ts';
import type { CompletedChanges } from '../counter-store.ts';
import { PeerBatch, type PeerColumns } from '../peer-batch.ts';
import type { PendingMagnetStore } from '../pending-magnet-store.ts';
import type {
  CompletedCount,
  CompletedTotal,
  HeartbeatOutcome,
  NodeRow,
  TorrentRow,
} from '../persistence.ts';
import type { RateLimitStore } from '../rate-limit-store.ts';
import type { Revisions } from '../revision-store.ts';
import {
  deleteStaleCounters,
  raiseCounters,
  raiseTotal,
  selectCompletedSince,
  selectTotals,
} from '../sql/counter-table.ts';
import { migrate } from '../sql/migrate.ts';
import { deleteNode, enlistNode, enlistOnlyNode, selectNodes, updateHeartbeat } from '../sql/node-table.ts';
import { selectRevisions } from '../sql/sequence-table.ts';
import { insertSetting, selectSetting, upsertSetting } from '../sql/setting-table.ts';
import { SqlAccessStore } from '../sql/sql-access-store.ts';
import { SqlPendingMagnetStore } from '../sql/sql-pending-magnet-store.ts';
import { plainQueries } from '../sql/sql-queries.ts';
import { SqlRateLimitStore } from '../sql/sql-rate-limit-store.ts';
import { SqlUserStore } from '../sql/sql-user-store.ts';
import {
  changeOwnData,
  changeState,
  countTorrents,
  deleteTorrent,
  selectTorrentHashes,
  selectTorrents,
  selectTorrentsSince,
  upsertTorrent,
} from '../sql/torrent-table.ts';
import { changeTransfers } from '../sql/transfer-column.ts';
import type { TorrentChanges, TransferRow } from '../torrent-store.ts';
import type { UserStore } from '../user-store.ts';
import { type PeerPage, PeerTable } from './peer-table.ts';
import { sqliteConfig } from './sqlite-config.ts';

/** Plain data, so that it can be handed to a worker thread. */
export interface SqliteOptions {
  readonly path: string;
  /** The name under which this program is enlisted. */
  readonly nodeName: string;
  /** Nobody else writes to the file, so that whoever was enlisted was this program, also under another name. */
  readonly isOnlyNode?: boolean;
  /** The file may not grow beyond; without it, the disk is the limit. */
  readonly maxBytes?: number;
  /** What is committed survives a power cut. */
  readonly isDurable?: boolean;
}

/**
 * The SQLite database itself. It blocks while the disk works, so it lives in a worker thread; what crosses to it and
 * back is plain data. Long work comes in pages, so that other calls get their turn between them.
 */
export class SqliteDatabase {
  readonly #knex: Knex;
  readonly #path: string;
  readonly #isOnlyNode: boolean;
  readonly #access: SqlAccessStore;
  readonly #users: SqlUserStore;
  readonly #limits: SqlRateLimitStore;
  readonly #magnets: SqlPendingMagnetStore;
  #nodeId = 0;
  #nodeName = '';
  /** Prepared statements belong to a connection; the pool keeps one, and makes a new one should it be lost. */
  readonly #peerTables = new WeakMap<Database, PeerTable>();

  constructor(options: SqliteOptions) {
    this.#path = options.path;
    this.#isOnlyNode = options.isOnlyNode === true;
    this.#knex = openKnex(sqliteConfig(options.path, options));
    const queries = plainQueries(this.#knex, () => this.#nodeId);
    this.#access = new SqlAccessStore(queries);
    this.#users = new SqlUserStore(queries);
    this.#limits = new SqlRateLimitStore(queries);
    this.#magnets = new SqlPendingMagnetStore(queries);
  }

  /** Brings the tables up to date and resolves with this node's number. */
  async open(nodeName: string): Promise<number> {
    makePrivate(this.#path);
    await migrate(this.#knex, { label: `the database ${this.#path}` });
    const enlist = this.#isOnlyNode ? enlistOnlyNode : enlistNode;
    this.#nodeId = await enlist(this.#knex, nodeName);
    this.#nodeName = nodeName;
    return this.#nodeId;
  }

  async close(): Promise<void> {
    await this.#knex.destroy();
  }

  async saveTorrent(torrent: TorrentRow): Promise<void> {
    await this.#knex.transaction(async (trx) => {
      await upsertTorrent(trx, this.#nodeId, torrent);
      await raiseTotal(trx, this.#nodeId, torrent);
    });
  }

  removeTorrent(infoHash: InfoHash): Promise<boolean> {
    return this.#knex.transaction((trx) => deleteTorrent(trx, infoHash));
  }

  torrentsAfter(infoHash: InfoHash | null, limit: number): Promise<TorrentRow[]> {
    return selectTorrents(this.#knex, this.#nodeId, infoHash, limit);
  }

  saveResume(infoHash: InfoHash, resume: string | null): Promise<boolean> {
    return this.#knex.transaction((trx) => changeOwnData(trx, this.#nodeId, infoHash, { resume }));
  }

  savePreferences(infoHash: InfoHash, preferences: string | null): Promise<boolean> {
    return this.#knex.transaction((trx) => changeOwnData(trx, this.#nodeId, infoHash, { preferences }));
  }

  saveTransfers(rows: readonly TransferRow[]): Promise<void> {
    return this.#knex.transaction((trx) => changeTransfers(trx, this.#nodeId, rows));
  }

  saveTorrentState(infoHash: InfoHash, state: string): Promise<boolean> {
    return this.#knex.transaction((trx) => changeState(trx, this.#nodeId, infoHash, state));
  }

  savePeers(columns: PeerColumns, length: number): Promise<void> {
    return this.#withPeers((peers) => peers.save(PeerBatch.fromColumns(columns, length), this.#nodeId));
  }

  presentPeers(sequence: number, until: number, nowSeconds: number, limit: number): Promise<PeerPage> {
    return this.#withPeers((peers) => peers.present(sequence, until, nowSeconds, limit));
  }

  changedPeers(sequence: number, exceptNode: number, limit: number): Promise<PeerPage> {
    return this.#withPeers((peers) => peers.changes(sequence, exceptNode, limit));
  }

  lastSequence(): Promise<number> {
    return this.#withPeers((peers) => peers.lastSequence());
  }

  expirePeers(nowSeconds: number, limit: number): Promise<number> {
    return this.#withPeers((peers) => peers.expire(nowSeconds, limit));
  }

  expireCounters(nowSeconds: number): Promise<void> {
    return deleteStaleCounters(this.#knex, nowSeconds);
  }

  async saveCompleted(counts: readonly CompletedCount[], nowSeconds: number): Promise<void> {
    await this.#knex.transaction((trx) => raiseCounters(trx, this.#nodeId, counts, nowSeconds));
  }

  loadCompleted(): Promise<CompletedTotal[]> {
    return selectTotals(this.#knex, this.#nodeId);
  }

  getSetting(name: string): Promise<Uint8Array | undefined> {
    return selectSetting(this.#knex, name);
  }

  setSetting(name: string, value: Uint8Array): Promise<void> {
    return upsertSetting(this.#knex, name, value);
  }

  async ensureSetting(name: string, value: Uint8Array): Promise<Uint8Array> {
    await insertSetting(this.#knex, name, value);
    return (await selectSetting(this.#knex, name)) ?? value;
  }

  /** A file has the clock of its machine. */
  async readClock(): Promise<number> {
    return Date.now();
  }

  heartbeat(nowSeconds: number): Promise<HeartbeatOutcome> {
    return updateHeartbeat(this.#knex, { id: this.#nodeId, name: this.#nodeName }, nowSeconds);
  }

  loadNodes(): Promise<NodeRow[]> {
    return selectNodes(this.#knex);
  }

  removeNode(nodeId: number): Promise<boolean> {
    return this.#knex.transaction((trx) => deleteNode(trx, nodeId));
  }

  torrentsSince(sequence: number, limit: number): Promise<TorrentChanges> {
    return selectTorrentsSince(this.#knex, this.#nodeId, sequence, limit);
  }

  countTorrents(): Promise<number> {
    return countTorrents(this.#knex);
  }

  torrentHashes(): Promise<InfoHash[]> {
    return selectTorrentHashes(this.#knex);
  }

  completedSince(sequence: number, exceptNode: number, limit: number): Promise<CompletedChanges> {
    return selectCompletedSince(this.#knex, this.#nodeId, { sequence, exceptNode, limit });
  }

  revisions(): Promise<Revisions> {
    return selectRevisions(this.#knex);
  }

  /** Calls a method of the store of access rules. */
  callAccess(method: keyof AccessStore, args: readonly unknown[]): Promise<unknown> {
    const call = this.#access[method] as (...values: readonly unknown[]) => Promise<unknown>; // SqlitePersistence is typed by the same store
    return call.apply(this.#access, [...args]);
  }

  /** Calls a method of the store of users. */
  callUsers(method: keyof UserStore, args: readonly unknown[]): Promise<unknown> {
    const call = this.#users[method] as (...values: readonly unknown[]) => Promise<unknown>; // SqlitePersistence is typed by the same store
    return call.apply(this.#users, [...args]);
  }

  /** Calls a method of the store of limits. */
  callLimits(method: keyof RateLimitStore, args: readonly unknown[]): Promise<unknown> {
    const call = this.#limits[method] as (...values: readonly unknown[]) => Promise<unknown>; // SqlitePersistence is typed by the same store
    return call.apply(this.#limits, [...args]);
  }

  /** Calls a method of the store of pending magnet links. */
  callMagnets(method: keyof PendingMagnetStore, args: readonly unknown[]): Promise<unknown> {
    const call = this.#magnets[method] as (...values: readonly unknown[]) => Promise<unknown>; // SqlitePersistence is typed by the same store
    return call.apply(this.#magnets, [...args]);
  }

  /** Peers pass by knex's query builder, but not by its pool: a transaction of knex is never cut in two. */
  async #withPeers<Result>(work: (peers: PeerTable) => Result): Promise<Result> {
    const connection: Database = await this.#knex.client.acquireConnection();
    try {
      const peers = this.#peerTables.get(connection) ?? new PeerTable(connection);
      this.#peerTables.set(connection, peers);
      return work(peers);
    } finally {
      this.#knex.client.releaseConnection(connection);
    }
  }
}

/** A new file is for its owner alone: it holds keys. SQLite gives the files beside it the same rights. */
function makePrivate(path: string): void {
  try {
    closeSync(openSync(path, 'a', 0o600));
  } catch {
    // SQLite meets the same obstacle next, and says so.
  }
}
