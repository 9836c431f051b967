import type { InfoHash } from '../bittorrent/info-hash.ts';

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
