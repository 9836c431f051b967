import type { AccessStore } from './access-store.ts';
import type { CounterFeed, CounterStore } from './counter-store.ts';
import type { PeerBatch } from './peer-batch.ts';
import type { PendingMagnetStore } from './pending-magnet-store.ts';
import type { RateLimitStore } from './rate-limit-store.ts';
import type { RevisionStore } from './revision-store.ts';
import type { TorrentFeed, TorrentStore } from './torrent-store.ts';
import type { UserStore } from './user-store.ts';

export type {
  CompletedChanges,
  CompletedCount,
  CompletedTotal,
  CounterFeed,
  CounterStore,
} from './counter-store.ts';
export type { PendingMagnetRow, PendingMagnetStore } from './pending-magnet-store.ts';
export type { RateDirection, RateLimitRow, RateLimitStore, RateScope } from './rate-limit-store.ts';
export { RATE_DIRECTIONS } from './rate-limit-store.ts';
export type {
  SharedTorrent,
  TorrentChanges,
  TorrentFeed,
  TorrentRow,
  TorrentStore,
  TransferRow,
} from './torrent-store.ts';

/** Peers that other nodes wrote, in the order of the database. */
export interface PeerChanges {
  /** Peers as they are now; rows with the gone flag have left. */
  readonly peers: PeerBatch;
  /** Pass it to the next call. Never smaller than the sequence that was asked for. */
  readonly lastSequence: number;
  /** There is more to read right away. */
  readonly isMore: boolean;
}

/**
 * Peers, one row for each info-hash, address and port. Each row remembers which node wrote it last, and its
 * sequence: a number that the database gives in commit order, so no reader can overlook a change.
 */
export interface PeerStore {
  /**
   * Writes all rows in one transaction: a peer is added or replaced, a gone peer is no longer loaded. All or nothing;
   * the batch is only read and belongs to the caller again when the promise settles. Of what one node writes the last
   * wins, whatever the rows' times; what another node saw later stays, so that a backlog which waited for the database
   * undoes nothing newer. Saving the same batch twice equals saving it once. A gone peer that nobody knows is no error.
   */
  savePeers(batch: PeerBatch): Promise<void>;
  /**
   * The peers that are present and expire after `nowSeconds`, in batches. What is written while the caller reads may
   * be left out: take {@link PeerStore.lastSequence} first, and read the changes since.
   */
  loadPeers(nowSeconds: number): AsyncIterable<PeerBatch>;
  /** Deletes what expires at `nowSeconds` or before, and resolves with the number of rows. */
  expirePeers(nowSeconds: number): Promise<number>;
  /** The sequence of the latest change, 0 when there never was one. */
  lastSequence(): Promise<number>;
  /**
   * Up to `limit` peers changed after `sequence` by other nodes than `exceptNode` (0: by any), oldest change first. A
   * peer that changed several times stands there once, as it is now. A peer that has gone is told for five minutes
   * ({@link GONE_KEPT_SECONDS}); expiry is not told: every node sees it by its own clock. Rejects with a RangeError for a
   * limit below 1.
   */
  changesSince(sequence: number, exceptNode: number, limit: number): Promise<PeerChanges>;
}

/** How long a row says that its peer has gone, before it is deleted: longer than other nodes take to read it. */
export const GONE_KEPT_SECONDS = 300;

/** Named secrets and keys, shared by all nodes of a database. Names have at most 64 characters. */
export interface SettingStore {
  /** The value, or undefined when it was never set. */
  getSetting(name: string): Promise<Uint8Array | undefined>;
  setSetting(name: string, value: Uint8Array): Promise<void>;
  /** Sets the value unless there is one, and resolves with the one that stands: one winner among many nodes. */
  ensureSetting(name: string, value: Uint8Array): Promise<Uint8Array>;
}

/** A program that writes to the database. */
export interface NodeRow {
  readonly id: number;
  readonly name: string;
  /** When it last said that it lives. */
  readonly heartbeatAtSeconds: number;
}

/**
 * How a heartbeat found its node: in its place; lost (somebody deleted it, or the database is an old one) and put back; or
 * replaced by another node that has its number or its name, so that it could not be.
 */
export type HeartbeatOutcome = 'known' | 'put-back' | 'replaced';

/** The nodes of a database. */
export interface NodeStore {
  /** Other nodes may write to the same database: see docs/several-nodes.md. */
  readonly isShared: boolean;
  /** This node's number, from 1; known after open(), and the same after a restart under the same name. */
  readonly nodeId: number;
  /**
   * Unix milliseconds by the clock of the database: the one that its nodes share. All times that go into the database are
   * meant by it, so that a node whose own clock is wrong does no harm.
   */
  readClock(): Promise<number>;
  /** Says that this node lives; 0: that it takes its leave. A node that the database has lost is put back, unless it leaves. */
  heartbeat(nowSeconds: number): Promise<HeartbeatOutcome>;
  /** All nodes that ever were and were not removed, by id. */
  loadNodes(): Promise<NodeRow[]>;
  /**
   * Forgets a node and what it had of torrents; what it counted stays. No number is given again: under its name there will be another node.
   * Resolves false when there was none.
   */
  removeNode(nodeId: number): Promise<boolean>;
}

/**
 * Where things outlive the process. Calls may overlap; writes take effect in the order of the calls. Errors are
 * {@link PersistenceError}; before open() and after close() every call fails with ERR_DATABASE_CLOSED.
 */
export interface Persistence
  extends TorrentStore,
    PeerStore,
    CounterStore,
    SettingStore,
    NodeStore,
    RevisionStore,
    TorrentFeed,
    CounterFeed {
  /** The users of a private tracker, and what they did. */
  readonly users: UserStore;
  /** What may be tracked, and for whom. */
  readonly access: AccessStore;
  /** The limits of this node that somebody set. */
  readonly limits: RateLimitStore;
  /** The magnet links of this node whose metadata is not here yet. */
  readonly magnets: PendingMagnetStore;
  /** Opens the database, brings its tables up to date and enlists this node. Does nothing when it is open. */
  open(): Promise<void>;
  /** Waits for the calls under way, then lets go of everything. Idempotent. */
  close(): Promise<void>;
}
