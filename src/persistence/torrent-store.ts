import type { InfoHash } from '../bittorrent/info-hash.ts';

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
  /** JSON of this node's seeder: what a person chose for the torrent; null: nothing. Opaque here. */
  readonly preferences: string | null;
  /** JSON of this node's seeder: what it has moved of the torrent since ever, at most 1024 characters; null: nothing. Opaque here. */
  readonly transfers: string | null;
  /** Times completed, over all nodes. Saving a torrent raises the stored count, and never lowers it. */
  readonly completed: number;
  readonly createdAtSeconds: number;
}

/** Torrents. A failed call has changed nothing. Each save and removal, and each change of a state, raises the revision of `torrents`. */
export interface TorrentStore {
  /**
   * Adds the torrent, or replaces the one with its info-hash. What other nodes have of it (data path, state, resume record, preferences, transfers) stays.
   * Committed when the promise resolves.
   */
  saveTorrent(torrent: TorrentRow): Promise<void>;
  /** Forgets the torrent, on all nodes, but not its peers nor its count. Resolves false when there was none. */
  removeTorrent(infoHash: InfoHash): Promise<boolean>;
  /** All torrents, oldest first. */
  loadTorrents(): Promise<TorrentRow[]>;
  /** Replaces the resume record. Resolves false, and does nothing, when there is no such torrent. */
  saveResume(infoHash: InfoHash, resume: string | null): Promise<boolean>;
  /** Replaces the preferences. Resolves false, and does nothing, when there is no such torrent. */
  savePreferences(infoHash: InfoHash, preferences: string | null): Promise<boolean>;
  /** Replaces what this node has moved of torrents; those that it does not have are passed over. One transaction. */
  saveTransfers(rows: readonly TransferRow[]): Promise<void>;
  /** Replaces the state. Resolves false, and does nothing, when there is no such torrent. */
  saveTorrentState(infoHash: InfoHash, state: string): Promise<boolean>;
}

/** What this node has moved of one torrent: see {@link TorrentRow}. */
export interface TransferRow {
  readonly infoHash: InfoHash;
  readonly transfers: string;
}

/** A torrent as a node sees it, and who has its data. */
export interface SharedTorrent {
  /** Its data path, state, resume record, preferences and transfers are those of the node that asks. */
  readonly torrent: TorrentRow;
  /** The numbers of the nodes that have its data, ascending. */
  readonly holders: readonly number[];
}

/** Torrents that were saved, in the order of the database. */
export interface TorrentChanges {
  readonly torrents: readonly SharedTorrent[];
  /** Pass it to the next call. Never smaller than the sequence that was asked for. */
  readonly lastSequence: number;
  /** There is more to read right away. */
  readonly isMore: boolean;
}

/**
 * How a node learns of the torrents that others publish and remove. The sequence is the revision of `torrents`. A removal
 * leaves no row: whoever knows all changes and more torrents than {@link TorrentFeed.countTorrents} compares with
 * {@link TorrentFeed.torrentHashes}.
 */
export interface TorrentFeed {
  /**
   * Up to `limit` torrents that any node changed after `sequence`, oldest change first; what changed several times stands there
   * once. Rejects with a RangeError for a limit below 1.
   */
  torrentsSince(sequence: number, limit: number): Promise<TorrentChanges>;
  /** How many torrents there are. */
  countTorrents(): Promise<number>;
  /** The info-hashes of all torrents, in no order. */
  torrentHashes(): Promise<InfoHash[]>;
}
