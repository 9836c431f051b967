import { type InfoHash, infoHashFromBytes, infoHashToHex } from '../../bittorrent/info-hash.ts';
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
import type { SharedTorrent, TorrentChanges, TransferRow } from '../torrent-store.ts';
import type { UserStore } from '../user-store.ts';
import { MemoryAccessStore } from './memory-access-store.ts';
import { MemoryDatabase, type StoredTorrent } from './memory-database.ts';
import { addTo, copyRow, isNewer, peerKey } from './memory-peers.ts';
import { MemoryPendingMagnetStore } from './memory-pending-magnet-store.ts';
import { MemoryRateLimitStore } from './memory-rate-limit-store.ts';
import {
  changeData,
  changesOf,
  dropDataOf,
  putTorrent,
  putTransfers,
  torrentFor,
} from './memory-torrents.ts';
import { MemoryUserStore } from './memory-user-store.ts';

const PEERS_PER_BATCH = 10_000;

/** Keeps everything in this process and loses it with it: for tests, and for trackers that want no disk. */
export class MemoryPersistence implements Persistence {
  readonly access: AccessStore;
  readonly limits: RateLimitStore;
  readonly magnets: PendingMagnetStore;
  readonly users: UserStore;
  readonly isShared: boolean;
  readonly #database: MemoryDatabase;
  readonly #nodeName: string;
  #nodeId = 0;
  #isOpen = false;

  /** `database`: the one that several nodes of this process share; without it, this node has its own. */
  constructor(nodeName: string, database?: MemoryDatabase) {
    this.isShared = database !== undefined;
    this.#nodeName = nodeName;
    this.#database = database ?? new MemoryDatabase();
    this.access = new MemoryAccessStore({
      tables: () => this.#tables().access,
      onChange: () => {
        this.#database.revisions.access++;
      },
    });
    this.limits = new MemoryRateLimitStore(() => this.#tables().limits.of(this.#nodeId));
    this.magnets = new MemoryPendingMagnetStore(() => this.#tables().magnets.of(this.#nodeId));
    this.users = new MemoryUserStore({
      tables: () => this.#tables().users,
      nodeId: () => this.#nodeId,
      onChange: () => {
        this.#database.revisions.users++;
      },
    });
  }

  get nodeId(): number {
    return this.#nodeId;
  }

  async open(): Promise<void> {
    const { nodes } = this.#database;
    const known = [...nodes].find(([, { name }]) => name === this.#nodeName);
    this.#nodeId = known?.[0] ?? ++this.#database.lastNodeId;
    if (known === undefined) nodes.set(this.#nodeId, { name: this.#nodeName, heartbeatAtSeconds: 0 });
    this.#isOpen = true;
  }

  async close(): Promise<void> {
    this.#isOpen = false;
  }

  async saveTorrent(torrent: TorrentRow): Promise<void> {
    putTorrent(this.#tables(), this.#nodeId, torrent);
    const { completed, completedHere } = this.#totalOf(torrent.infoHash);
    if (torrent.completed > completed) {
      this.#raise(torrent.infoHash, torrent.completed - (completed - completedHere));
    }
  }

  async removeTorrent(infoHash: InfoHash): Promise<boolean> {
    const isRemoved = this.#tables().torrents.delete(infoHashToHex(infoHash));
    this.#database.limits.dropScope(infoHashToHex(infoHash));
    if (isRemoved) this.#database.revisions.torrents++;
    return isRemoved;
  }

  async loadTorrents(): Promise<TorrentRow[]> {
    return [...this.#tables().torrents.values()]
      .map((stored) => this.#shared(stored).torrent)
      .sort((a, b) => a.createdAtSeconds - b.createdAtSeconds);
  }

  async saveResume(infoHash: InfoHash, resume: string | null): Promise<boolean> {
    return changeData(this.#tables(), this.#nodeId, infoHash, { resume });
  }

  async savePreferences(infoHash: InfoHash, preferences: string | null): Promise<boolean> {
    return changeData(this.#tables(), this.#nodeId, infoHash, { preferences });
  }

  async saveTransfers(rows: readonly TransferRow[]): Promise<void> {
    putTransfers(this.#tables(), this.#nodeId, rows);
  }

  async saveTorrentState(infoHash: InfoHash, state: string): Promise<boolean> {
    return changeData(this.#tables(), this.#nodeId, infoHash, { state });
  }

  async torrentsSince(sequence: number, limit: number): Promise<TorrentChanges> {
    checkLimit(limit);
    return changesOf(this.#tables(), sequence, limit, (stored) => this.#shared(stored));
  }

  async countTorrents(): Promise<number> {
    return this.#tables().torrents.size;
  }

  async torrentHashes(): Promise<InfoHash[]> {
    return [...this.#tables().torrents.values()].map(({ row }) => row.infoHash);
  }

  async savePeers(batch: PeerBatch): Promise<void> {
    const { peers } = this.#tables();
    for (let row = 0; row < batch.length; row++) {
      const key = peerKey(batch, row);
      const known = peers.get(key);
      const copy = copyRow(batch, row, this.#nodeId, ++this.#database.sequence);
      if (copy.isGone && known === undefined) continue;
      if (known !== undefined && isNewer(known, copy)) continue;
      peers.delete(key); // it moves to the end: rows stand in the order of their sequences
      peers.set(key, copy);
    }
  }

  async *loadPeers(nowSeconds: number): AsyncGenerator<PeerBatch> {
    let batch = new PeerBatch(0);
    for (const peer of [...this.#tables().peers.values()]) {
      if (peer.isGone || peer.expiresAtSeconds <= nowSeconds) continue;
      addTo(batch, peer);
      if (batch.length < PEERS_PER_BATCH) continue;
      yield batch;
      batch = new PeerBatch(0);
    }
    if (batch.length > 0) yield batch;
  }

  async expirePeers(nowSeconds: number): Promise<number> {
    const { peers } = this.#tables();
    const before = peers.size;
    for (const [key, peer] of peers) if (peer.expiresAtSeconds <= nowSeconds) peers.delete(key);
    return before - peers.size;
  }

  async lastSequence(): Promise<number> {
    return this.#tables().sequence;
  }

  async changesSince(sequence: number, exceptNode: number, limit: number): Promise<PeerChanges> {
    checkLimit(limit);
    const { peers, sequence: latest } = this.#tables();
    const batch = new PeerBatch(0);
    for (const peer of peers.values()) {
      if (peer.sequence <= sequence || peer.nodeId === exceptNode) continue;
      addTo(batch, peer);
      if (batch.length >= limit) return { peers: batch, lastSequence: peer.sequence, isMore: true };
    }
    return { peers: batch, lastSequence: Math.max(sequence, latest), isMore: false };
  }

  async saveCompleted(counts: readonly CompletedCount[]): Promise<void> {
    this.#tables();
    for (const { infoHash, completed } of counts) this.#raise(infoHash, completed);
  }

  async loadCompleted(): Promise<CompletedTotal[]> {
    return [...this.#tables().counts.values()].map(({ infoHash }) => this.#totalOf(infoHash));
  }

  async completedSince(sequence: number, exceptNode: number, limit: number): Promise<CompletedChanges> {
    checkLimit(limit);
    const raises = [...this.#tables().counts.values()]
      .flatMap(({ infoHash, sequences }) =>
        [...sequences].map(([node, raised]) => ({ infoHash, node, sequence: raised })),
      )
      .filter((raise) => raise.sequence > sequence && raise.node !== exceptNode)
      .sort((a, b) => a.sequence - b.sequence)
      .slice(0, limit);
    const isMore = raises.length === limit;
    const last = isMore ? raises.at(-1)?.sequence : this.#database.counterSequence;
    const infoHashes = new Map(raises.map(({ infoHash }) => [infoHashToHex(infoHash), infoHash]));
    return {
      totals: [...infoHashes.values()].map((infoHash) => this.#totalOf(infoHash)),
      lastSequence: Math.max(sequence, last ?? 0),
      isMore,
    };
  }

  async getSetting(name: string): Promise<Uint8Array | undefined> {
    return this.#tables().settings.get(name)?.slice();
  }

  async setSetting(name: string, value: Uint8Array): Promise<void> {
    this.#tables().settings.set(name, new Uint8Array(value));
  }

  async ensureSetting(name: string, value: Uint8Array): Promise<Uint8Array> {
    const { settings } = this.#tables();
    const standing = settings.get(name) ?? new Uint8Array(value);
    settings.set(name, standing);
    return standing.slice();
  }

  async readClock(): Promise<number> {
    return this.#tables().clock();
  }

  async heartbeat(nowSeconds: number): Promise<HeartbeatOutcome> {
    const { nodes } = this.#tables();
    const name = this.#nodeName;
    const node = nodes.get(this.#nodeId);
    if (node?.name === name) node.heartbeatAtSeconds = nowSeconds;
    if (node?.name === name || nowSeconds === 0) return 'known';
    if (node !== undefined || [...nodes.values()].some((other) => other.name === name)) return 'replaced';
    nodes.set(this.#nodeId, { name, heartbeatAtSeconds: nowSeconds });
    return 'put-back';
  }

  async loadNodes(): Promise<NodeRow[]> {
    return [...this.#tables().nodes].map(([id, node]) => ({ id, ...node }));
  }

  async removeNode(nodeId: number): Promise<boolean> {
    const tables = this.#tables();
    dropDataOf(tables, nodeId);
    tables.limits.dropNode(nodeId);
    tables.magnets.dropNode(nodeId);
    return tables.nodes.delete(nodeId);
  }

  async revisions(): Promise<Revisions> {
    return { ...this.#tables().revisions };
  }

  #tables(): MemoryDatabase {
    if (this.#isOpen) return this.#database;
    throw new PersistenceError('ERR_DATABASE_CLOSED', 'the database in memory is not open');
  }

  #shared(stored: StoredTorrent): SharedTorrent {
    return torrentFor(this.#nodeId, stored, this.#totalOf(stored.row.infoHash).completed);
  }

  #raise(infoHash: Uint8Array, completed: number): void {
    const { counts } = this.#database;
    const key = infoHashToHex(infoHash);
    const known = counts.get(key) ?? {
      infoHash: infoHashFromBytes(infoHash),
      byNode: new Map<number, number>(),
      sequences: new Map<number, number>(),
    };
    counts.set(key, known);
    if (completed <= (known.byNode.get(this.#nodeId) ?? 0)) return;
    known.byNode.set(this.#nodeId, completed);
    known.sequences.set(this.#nodeId, ++this.#database.counterSequence);
  }

  #totalOf(infoHash: InfoHash): CompletedTotal {
    const byNode = this.#database.counts.get(infoHashToHex(infoHash))?.byNode ?? new Map<number, number>();
    const completed = [...byNode.values()].reduce((sum, count) => sum + count, 0);
    return { infoHash, completed, completedHere: byNode.get(this.#nodeId) ?? 0 };
  }
}
