import { type DiscoveryCounters, makeDiscoveryCounters } from './discovery/counters.ts';
import type { PayloadMethod } from './wire/encryption/encryption.ts';

/** Why a connection ended. A fixed set: it labels a metric. */
export const CLOSE_REASONS = [
  'remote',
  'socket-error',
  'not-bittorrent',
  'no-common-encryption',
  'handshake-timeout',
  'unknown-info-hash',
  'torrent-unavailable',
  'self',
  'seed',
  'too-many-connections',
  'too-many-from-address',
  'message-too-long',
  'bad-message',
  'bad-data',
  'banned',
  'duplicate',
  'flood',
  'idle',
  'stalled',
  'storage',
  'removed',
  'shutdown',
  'internal',
] as const;

/** Why a connection ended. */
export type CloseReason = (typeof CLOSE_REASONS)[number];

/** What a seed node has done since it was made. Plain numbers that only grow, read by whoever exports metrics. */
export interface SeederCounters {
  /** Bytes of blocks, and of files over HTTP, that were handed to the kernel. */
  uploadedBytes: number;
  connectionsAccepted: number;
  /** Encrypted handshakes that were done, by how the payload goes. */
  readonly encryptedHandshakes: Record<PayloadMethod, number>;
  /** Ended connections by reason. */
  readonly closedTotal: Record<CloseReason, number>;
  requestsAccepted: number;
  /** Requests that were refused: out of range, over the bound, for pieces we lack, or while choked. */
  requestsRefused: number;
  metadataPiecesSent: number;
  /** Answers to hash requests (BEP 52), and requests that were refused. */
  hashAnswersSent: number;
  hashRequestsRefused: number;
  /** Extents read from disk, and blocks served from one that was there. */
  extentReads: number;
  extentReadBytes: number;
  /** Blocks that were copied because too much of the cache hung in slow sockets. */
  blocksCopied: number;
  blocksSent: number;
  /** Bytes of blocks that came for torrents that are mirrored. */
  downloadedBytes: number;
  /** Bytes of blocks that were of no use: of bad pieces, here already, asked of nobody (these alone are not in `downloadedBytes`), or of pieces that were given up. */
  wastedBytes: number;
  /** Of them, those that web seeds of others gave. */
  webSourceBytes: number;
  /** Times that such a web seed failed, and such web seeds that were banned for wrong data. */
  webSourceFailures: number;
  webSourcesBanned: number;
  /** Pieces that came and did not match their hash. */
  badPieces: number;
  /** Pieces that were on our disk, were counted as good, and turned out not to match their hash. */
  corruptPieces: number;
  /** Bytes that were read and compared again by the scrub, and its finished rounds over all torrents. */
  scrubbedBytes: number;
  scrubRounds: number;
  connectionsOpened: number;
  /** How peers were found. */
  readonly discovery: DiscoveryCounters;
}

/** Counters at zero. */
export function makeSeederCounters(): SeederCounters {
  return {
    uploadedBytes: 0,
    connectionsAccepted: 0,
    encryptedHandshakes: { plain: 0, rc4: 0 },
    closedTotal: Object.fromEntries(CLOSE_REASONS.map((reason) => [reason, 0])) as Record<
      CloseReason,
      number
    >, // every reason is there
    requestsAccepted: 0,
    requestsRefused: 0,
    metadataPiecesSent: 0,
    hashAnswersSent: 0,
    hashRequestsRefused: 0,
    extentReads: 0,
    extentReadBytes: 0,
    blocksCopied: 0,
    blocksSent: 0,
    downloadedBytes: 0,
    wastedBytes: 0,
    webSourceBytes: 0,
    webSourceFailures: 0,
    webSourcesBanned: 0,
    badPieces: 0,
    corruptPieces: 0,
    scrubbedBytes: 0,
    scrubRounds: 0,
    connectionsOpened: 0,
    discovery: makeDiscoveryCounters(),
  };
}
