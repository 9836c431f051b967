import type { InfoHash } from '../bittorrent/info-hash.ts';
import type { CounterFeed, TorrentFeed } from './change-feed.ts';
import type { PeerBatch } from './peer-batch.ts';
import type { RevisionStore } from './revision-store.ts';

/** A torrent that this node publishes, mirrors or merely tracks. */
export interface TorrentRow {
  readonly infoHash: InfoHash;
  /** The 32 bytes of a v2 info-hash (BEP 52), null for a v1 torrent. */
  readonly infoHashV2: Uint8Array | null;
  readonly name: string;
  readonly lengthBytes: number;
  /** Bytes. */
  readonly pieceLength: number;
  /** Where this node has the data; null: it tracks the torrent only. */
  readonly dataPath: string | null;
  /** The `.torrent` file, null while it is not known (a magnet without metadata). */
  readonly metainfo: Uint8Array | null;
  /**
   * The seeder's word for what the torrent is to do on this node, such as `seeding` or `paused`; at most 32 characters. A torrent
   * that only other nodes have saved is `tracked`.
   */
  readonly state: string;
  /** JSON of this node's seeder: what was checked, with the stamps of the files. Opaque here. */
  readonly resume: string | null;
  /** Times completed, over all nodes. Saving a torrent raises the stored count, and never lowers it. */
  readonly completed: number;
  readonly createdAtSeconds: number;
}

/** Torrents. A failed call has changed nothing. Each save and removal, and each change of a state, raises the revision of `torrents`. */
export interface TorrentStore {
  /**
   * Adds the torrent, or replaces the one with its info-hash. What other nodes have of it (data path, state, resume record) stays.
   * Committed when the promise resolves.
   */
  saveTorrent(torrent: TorrentRow): Promise<void>;
  /** Forgets the torrent, on all nodes, but not its peers nor its count. Resolves false when there was none. */
  removeTorrent(infoHash: InfoHash): Promise<boolean>;
  /** All torrents, oldest first. */
  loadTorrents(): Promise<TorrentRow[]>;
  /** Replaces the resume record. Resolves false, and does nothing, when there is no such torrent. */
  saveResume(infoHash: InfoHash, resume: string | null): Promise<boolean>;
  /** Replaces the state. Resolves false, and does nothing, when there is no such torrent. */
  saveTorrentState(infoHash: InfoHash, state: string): Promise<boolean>;
}

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
   * the batch is only read and belongs to the caller again when the promise settles. The last writer wins, whatever
   * the rows' times. Saving the same batch twice equals saving it once. A gone peer that nobody knows is no error.
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

/** How often this node saw a torrent completed since ever. */
export interface CompletedCount {
  readonly infoHash: Uint8Array;
  readonly completed: number;
}

/** A torrent's count of completed downloads. */
export interface CompletedTotal {
  readonly infoHash: InfoHash;
  /** What all nodes counted. */
  readonly completed: number;
  /** The part of it that this node counted. */
  readonly completedHere: number;
}

/** Counters. Each node keeps its own absolute numbers, so that a replay is harmless and no node overwrites another. */
export interface CounterStore {
  /** Raises this node's counts to the given ones; a smaller count changes nothing. One transaction. */
  saveCompleted(counts: readonly CompletedCount[], nowSeconds: number): Promise<void>;
  /** The counts of all torrents that have one, registered or not. */
  loadCompleted(): Promise<CompletedTotal[]>;
}

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

/** The nodes of a database. */
export interface NodeStore {
  /** This node's number, from 1; known after open(), and the same after a restart under the same name. */
  readonly nodeId: number;
  /**
   * Unix milliseconds by the clock of the database: the one that its nodes share. All times that go into the database are
   * meant by it, so that a node whose own clock is wrong does no harm.
   */
  readClock(): Promise<number>;
  /** Says that this node lives. */
  heartbeat(nowSeconds: number): Promise<void>;
  /** All nodes that ever were, by id. */
  loadNodes(): Promise<NodeRow[]>;
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
  /** Opens the database, brings its tables up to date and enlists this node. Does nothing when it is open. */
  open(): Promise<void>;
  /** Waits for the calls under way, then lets go of everything. Idempotent. */
  close(): Promise<void>;
}
