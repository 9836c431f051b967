import type { InfoHash } from '../bittorrent/info-hash.ts';
import type { CompletedTotal, TorrentRow } from './persistence.ts';

/** A torrent as a node sees it, and who has its data. */
export interface SharedTorrent {
  /** Its data path, state and resume record are those of the node that asks. */
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

/** Counts of completed downloads that other nodes raised. */
export interface CompletedChanges {
  readonly totals: readonly CompletedTotal[];
  /** As in {@link TorrentChanges}; so is the next one. */
  readonly lastSequence: number;
  readonly isMore: boolean;
}

/** How a node learns of the downloads that others counted. */
export interface CounterFeed {
  /**
   * The totals of torrents whose count another node than `exceptNode` raised after `sequence`; `limit` bounds the raises that are
   * read. Rejects with a RangeError for a limit below 1.
   */
  completedSince(sequence: number, exceptNode: number, limit: number): Promise<CompletedChanges>;
}
