import type { ChokingOrder } from './choking/choking-order.ts';

/** The bounds of a seed node. Every one has a default that suits a publisher's machine. */
export interface SeederLimits {
  /** Connections in all. */
  readonly maxConnections: number;
  /** Connections from one public address; private ones (a proxy, a container's host, a test) are bound by the total alone. */
  readonly maxConnectionsPerAddress: number;
  /** Peers unchoked at a time, unless a limit shows that the uplink has room for more. */
  readonly uploadSlots: number;
  /** Of them, those of one torrent; infinite: as many as there are. */
  readonly uploadSlotsPerTorrent: number;
  /** Who gets a slot when they run short. */
  readonly choking: ChokingOrder;
  /** Requests that one peer may have waiting; told to it as `reqq` (BEP 10). */
  readonly maxRequests: number;
  /** Bytes of file data that are kept for all peers and torrents together. */
  readonly cacheBytes: number;
  /** Bytes of pieces that are fetched, hashed or written, for all torrents together; a torrent that has none may have one. */
  readonly downloadBytes: number;
  /** Peers of one torrent that we connect to while it is downloaded. */
  readonly maxOutgoing: number;
  /** Web seeds of others (BEP 17, BEP 19) that one torrent is fetched from at a time. */
  readonly maxWebSources: number;
  /** Connections that are being opened. */
  readonly maxHalfOpen: number;
  /** Milliseconds in which a connection has to be open. */
  readonly connectTimeoutMs: number;
  /** Milliseconds between two records of what was downloaded. */
  readonly resumeIntervalMs: number;
  /** Files open at a time. */
  readonly maxOpenFiles: number;
  readonly handshakeTimeoutMs: number;
  /** A peer that says nothing for so long is gone. BEP 3 has peers speak every two minutes. */
  readonly idleTimeoutMs: number;
  /** A peer to which nothing could be written for so long, while data waits, is gone. */
  readonly stallTimeoutMs: number;
  /** Milliseconds between two rounds of choking. */
  readonly chokeIntervalMs: number;
  /** Milliseconds between two looks at the files of a torrent that is seeded. */
  readonly storageCheckIntervalMs: number;
  /** Torrents that fetch at the same time; the others wait. Infinite: all. */
  readonly maxActiveDownloads: number;
  /** Complete torrents that are served at the same time. */
  readonly maxActiveSeeds: number;
  /** A torrent that has moved no byte for so long leaves its place to another. Infinite: it keeps it. */
  readonly stalledTorrentMs: number;
}

/** The defaults of {@link SeederLimits}. */
export const DEFAULT_SEEDER_LIMITS: SeederLimits = {
  maxConnections: 1000,
  maxConnectionsPerAddress: 32,
  uploadSlots: 100,
  uploadSlotsPerTorrent: Number.POSITIVE_INFINITY,
  choking: 'round-robin',
  maxRequests: 2000,
  cacheBytes: 128 * 1024 * 1024,
  downloadBytes: 128 * 1024 * 1024,
  maxOutgoing: 50,
  maxWebSources: 4,
  maxHalfOpen: 16,
  connectTimeoutMs: 10_000,
  resumeIntervalMs: 5_000,
  maxOpenFiles: 200,
  handshakeTimeoutMs: 10_000,
  idleTimeoutMs: 240_000,
  stallTimeoutMs: 180_000,
  chokeIntervalMs: 10_000,
  storageCheckIntervalMs: 10_000,
  maxActiveDownloads: Number.POSITIVE_INFINITY,
  maxActiveSeeds: Number.POSITIVE_INFINITY,
  stalledTorrentMs: 30 * 60_000,
};
