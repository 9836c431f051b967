import type { InfoHash } from '../../bittorrent/info-hash.ts';
import type { AccessStore } from '../access-store.ts';
import type { CompletedChanges } from '../counter-store.ts';
import { checkLimit } from '../limit.ts';
import type { PeerBatch } from '../peer-batch.ts';
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
import {
  deleteStaleCounters,
  raiseCounters,
  raiseTotal,
  selectCompletedSince,
  selectTotals,
} from '../sql/counter-table.ts';
import { deleteNode, selectNodes, updateHeartbeat } from '../sql/node-table.ts';
import { selectRevisions } from '../sql/sequence-table.ts';
import { insertSetting, selectSetting, upsertSetting } from '../sql/setting-table.ts';
import { SqlAccessStore } from '../sql/sql-access-store.ts';
import { SqlPendingMagnetStore } from '../sql/sql-pending-magnet-store.ts';
import type { SqlQueries } from '../sql/sql-queries.ts';
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
import { select } from './connection.ts';
import { type MysqlOptions, MysqlSession } from './mysql-session.ts';
import { changedPeers, expirePeers, lastSequence, presentPeers, savePeers } from './peer-table.ts';

export type { MysqlOptions } from './mysql-session.ts';

/** Rows a page: milliseconds of the event loop, and short locks. */
const PEERS_PER_PAGE = 5_000;
const TORRENTS_PER_PAGE = 100;

/**
 * A database on a MySQL server, or on one that speaks its protocol: several nodes may share it.
 *
 * To add a store: write its queries as functions over a `Knex` in ../sql/, which both databases use, and a class over {@link SqlQueries} there
 * (sql-user-store.ts is one); here it is then a field and a line in the constructor. A single call is one line:
 * `this.#session.read((knex) => selectThings(knex))` or `this.#session.write((trx) => upsertThing(trx, thing))`.
 */
export class MysqlPersistence implements Persistence {
  readonly isShared = true;
  readonly access: AccessStore;
  readonly users: UserStore;
  readonly limits: RateLimitStore;
  readonly magnets: PendingMagnetStore;
  readonly #session: MysqlSession;

  constructor(options: MysqlOptions) {
    this.#session = new MysqlSession(options);
    this.access = new SqlAccessStore(this.#session);
    this.users = new SqlUserStore(this.#session);
    this.limits = new SqlRateLimitStore(this.#session);
    this.magnets = new SqlPendingMagnetStore(this.#session);
  }

  get nodeId(): number {
    return this.#session.nodeId;
  }

  open(): Promise<void> {
    return this.#session.open();
  }

  close(): Promise<void> {
    return this.#session.close();
  }

  async saveTorrent(torrent: TorrentRow): Promise<void> {
    this.#session.checkSize(`the torrent "${torrent.name}"`, roomFor(torrent));
    await this.#session.write(async (trx) => {
      await upsertTorrent(trx, this.nodeId, torrent);
      await raiseTotal(trx, this.nodeId, torrent);
    });
  }

  removeTorrent(infoHash: InfoHash): Promise<boolean> {
    return this.#session.write((trx) => deleteTorrent(trx, infoHash), { isRepeatable: false });
  }

  async loadTorrents(): Promise<TorrentRow[]> {
    const torrents: TorrentRow[] = [];
    for (;;) {
      const after = torrents.at(-1)?.infoHash ?? null;
      const page = await this.#session.read((knex) =>
        selectTorrents(knex, this.nodeId, after, TORRENTS_PER_PAGE),
      );
      torrents.push(...page);
      if (page.length < TORRENTS_PER_PAGE) break;
    }
    return torrents.sort((a, b) => a.createdAtSeconds - b.createdAtSeconds);
  }

  saveResume(infoHash: InfoHash, resume: string | null): Promise<boolean> {
    return this.#session.write((trx) => changeOwnData(trx, this.nodeId, infoHash, { resume }));
  }

  savePreferences(infoHash: InfoHash, preferences: string | null): Promise<boolean> {
    return this.#session.write((trx) => changeOwnData(trx, this.nodeId, infoHash, { preferences }));
  }

  saveTransfers(rows: readonly TransferRow[]): Promise<void> {
    return this.#session.write((trx) => changeTransfers(trx, this.nodeId, rows));
  }

  saveTorrentState(infoHash: InfoHash, state: string): Promise<boolean> {
    return this.#session.write((trx) => changeState(trx, this.nodeId, infoHash, state));
  }

  async savePeers(batch: PeerBatch): Promise<void> {
    const { nodeId, limits } = this.#session;
    await this.#session.writeTo((connection) => savePeers(connection, batch, { nodeId, ...limits }));
  }

  async *loadPeers(nowSeconds: number): AsyncGenerator<PeerBatch> {
    const until = await this.lastSequence();
    let after = 0;
    for (let isMore = true; isMore; ) {
      const range = { after, until, nowSeconds, limit: PEERS_PER_PAGE };
      const page = await this.#session.readFrom((connection) => presentPeers(connection, range));
      if (page.peers.length > 0) yield page.peers;
      ({ lastSequence: after, isMore } = page);
    }
  }

  async expirePeers(nowSeconds: number): Promise<number> {
    let total = 0;
    for (;;) {
      const deleted = await this.#session.writeTo((connection) =>
        expirePeers(connection, nowSeconds, PEERS_PER_PAGE),
      );
      total += deleted;
      if (deleted < PEERS_PER_PAGE) break;
    }
    await this.#session.write((trx) => deleteStaleCounters(trx, nowSeconds));
    return total;
  }

  lastSequence(): Promise<number> {
    return this.#session.readFrom(lastSequence);
  }

  async changesSince(sequence: number, exceptNode: number, limit: number): Promise<PeerChanges> {
    checkLimit(limit);
    return this.#session.readFrom((connection) => changedPeers(connection, sequence, exceptNode, limit));
  }

  async saveCompleted(counts: readonly CompletedCount[], nowSeconds: number): Promise<void> {
    if (counts.length === 0) return;
    await this.#session.write((trx) => raiseCounters(trx, this.nodeId, counts, nowSeconds));
  }

  loadCompleted(): Promise<CompletedTotal[]> {
    return this.#session.read((knex) => selectTotals(knex, this.nodeId));
  }

  getSetting(name: string): Promise<Uint8Array | undefined> {
    return this.#session.read((knex) => selectSetting(knex, name));
  }

  setSetting(name: string, value: Uint8Array): Promise<void> {
    return this.#session.write((trx) => upsertSetting(trx, name, value));
  }

  async ensureSetting(name: string, value: Uint8Array): Promise<Uint8Array> {
    await this.#session.write((trx) => insertSetting(trx, name, value));
    return (await this.getSetting(name)) ?? value;
  }

  /** The server's clock, which all nodes share. */
  async readClock(): Promise<number> {
    const sql = 'SELECT UNIX_TIMESTAMP(SYSDATE(3)) * 1000';
    const [row] = await this.#session.readFrom((connection) => select<[number]>(connection, sql));
    return Math.round(row?.[0] ?? 0);
  }

  heartbeat(nowSeconds: number): Promise<HeartbeatOutcome> {
    const node = { id: this.nodeId, name: this.#session.nodeName };
    return this.#session.write((trx) => updateHeartbeat(trx, node, nowSeconds));
  }

  loadNodes(): Promise<NodeRow[]> {
    return this.#session.read(selectNodes);
  }

  removeNode(nodeId: number): Promise<boolean> {
    return this.#session.write((trx) => deleteNode(trx, nodeId), { isRepeatable: false });
  }

  async torrentsSince(sequence: number, limit: number): Promise<TorrentChanges> {
    checkLimit(limit);
    return this.#session.read((knex) => selectTorrentsSince(knex, this.nodeId, sequence, limit));
  }

  countTorrents(): Promise<number> {
    return this.#session.read(countTorrents);
  }

  torrentHashes(): Promise<InfoHash[]> {
    return this.#session.read(selectTorrentHashes);
  }

  async completedSince(sequence: number, exceptNode: number, limit: number): Promise<CompletedChanges> {
    checkLimit(limit);
    const range = { sequence, exceptNode, limit };
    return this.#session.read((knex) => selectCompletedSince(knex, this.nodeId, range));
  }

  revisions(): Promise<Revisions> {
    return this.#session.read(selectRevisions);
  }
}

/** The most bytes of the statement that saves the torrent: a blob takes two a byte. */
function roomFor({ metainfo, resume, name, dataPath }: TorrentRow): number {
  const texts = [resume ?? '', name, dataPath ?? ''].map((text) => Buffer.byteLength(text));
  return 2 * ((metainfo?.length ?? 0) + texts.reduce((sum, length) => sum + length, 0)) + 4_096;
}
