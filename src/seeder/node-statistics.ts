import type { SeederCounters } from './counters.ts';
import type { Torrent } from './torrent.ts';
import type { TorrentState } from './torrents/torrent-state.ts';

/** How busy a seed node is. */
export interface NodeStatistics {
  /** Bytes of blocks, and of files over HTTP, since the node was made; so is the next. */
  readonly uploadedBytes: number;
  readonly downloadedBytes: number;
  /** Now. */
  readonly uploadBytesPerSecond: number;
  readonly downloadBytesPerSecond: number;
  /** Open, those before their handshake included. */
  readonly connections: number;
  /** How many torrents are in each state. */
  readonly torrents: Readonly<Record<TorrentState, number>>;
}

/** What {@link nodeStatistics} adds up. */
export interface StatisticsSource {
  readonly counters: SeederCounters;
  readonly connectionCount: number;
  readonly torrents: Iterable<Torrent>;
}

/** Adds up what the torrents of a node do now: one look at each of them and of their peers. */
export function nodeStatistics({ counters, connectionCount, torrents }: StatisticsSource): NodeStatistics {
  const states: Record<TorrentState, number> = {
    queued: 0,
    checking: 0,
    downloading: 0,
    seeding: 0,
    paused: 0,
    stopped: 0,
    failed: 0,
  };
  let uploadBytesPerSecond = 0;
  let downloadBytesPerSecond = 0;
  for (const torrent of torrents) {
    states[torrent.state]++;
    uploadBytesPerSecond += torrent.uploadRateBytesPerSecond;
    downloadBytesPerSecond += torrent.downloadRateBytesPerSecond;
  }
  return {
    uploadedBytes: counters.uploadedBytes,
    downloadedBytes: counters.downloadedBytes,
    uploadBytesPerSecond,
    downloadBytesPerSecond,
    connections: connectionCount,
    torrents: states,
  };
}
