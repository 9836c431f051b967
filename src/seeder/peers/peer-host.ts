import type { Clock } from '../clock.ts';
import type { CloseReason, SeederCounters } from '../counters.ts';
import type { ExtentCache } from '../disk/extent-cache.ts';
import type { Downloader } from '../download/downloader.ts';
import type { SeederError } from '../errors.ts';
import type { HashService } from '../hashes/hash-service.ts';
import type { ServedPieces } from '../integrity/served-pieces.ts';
import type { SeederLimits } from '../limits.ts';
import type { RatePacer } from '../rates/rate-pacer.ts';
import type { SuperSeeding } from '../super-seeding/super-seeding.ts';
import type { Torrent } from '../torrent.ts';
import type { Encryption } from '../wire/encryption/encryption.ts';

/** What a peer needs of its node. */
export interface PeerHost<Peer> {
  readonly peerId: Uint8Array;
  readonly clientVersion: string;
  readonly limits: SeederLimits;
  readonly cache: ExtentCache;
  readonly hashes: HashService;
  readonly counters: SeederCounters;
  readonly pacer: RatePacer;
  readonly superSeeding: SuperSeeding;
  readonly encryption: Encryption;
  /** The port on which we listen. */
  readonly port: number;
  readonly clock: Clock;
  torrentFor(infoHash: Uint8Array): Torrent | undefined;
  /** The download of a torrent that is not complete. */
  downloaderFor(torrent: Torrent): Downloader | undefined;
  /** Whether one of the names of a peer is banned. */
  isBanned(names: readonly string[]): boolean;
  /** What may be sent of a torrent. */
  servedPieces(torrent: Torrent): ServedPieces;
  /** The UDP port of our DHT node, for a torrent that it is used for; else 0. */
  readonly dhtPortFor: (infoHash: Uint8Array) => number;
  /** Both handshakes of a connection are there. */
  onShaken(peer: Peer): void;
  onInterestChanged(peer: Peer): void;
  /** Whether a peer says that it is interested, and asks for nothing though it might. */
  isBarren(peer: Peer): boolean;
  onStorageError(torrent: Torrent, error: SeederError): void;
  onInternalError(error: unknown): void;
  /** Handshakes were made: it is a peer of the torrent now. */
  onJoined(peer: Peer, torrent: Torrent): void;
  onClosed(peer: Peer, reason: CloseReason): void;
}

/** What is known of a connection that we opened. */
export interface Outgoing {
  /** What it is to be about. */
  readonly torrent: Torrent;
  /** Whether the handshake is to be encrypted. */
  readonly isEncrypted: boolean;
  /** Told once when the connection is over; `hasAnswered`: it came as far as the peer's handshake. */
  onEnded(reason: CloseReason, hasAnswered: boolean): void;
}
