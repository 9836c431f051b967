import type { Socket } from 'node:net';
import type { CloseReason } from '../counters.ts';
import type { Encryption } from './encryption/encryption.ts';

/** How a wire is made. */
export interface PeerWireOptions {
  readonly socket: Socket;
  readonly listener: WireListener;
  /** Requests that are queued; the next is refused. */
  readonly maxRequests: number;
  readonly encryption: Encryption;
}

/** What a wire has to know of the torrent that it serves. */
export interface WireTorrent {
  readonly infoHash: Uint8Array;
  readonly infoBytes: Uint8Array;
  readonly pieceCount: number;
  readonly pieceLength: number;
  /** Bytes in all. */
  readonly length: number;
  /** Whether we have piece `index`; false for an index out of range. */
  hasPiece(index: number): boolean;
  /** Whether we have all. */
  readonly isComplete: boolean;
  /** Our pieces, a bit each, the first piece in the highest bit of the first byte. */
  bitfield(): Uint8Array;
}

/** What happens on a wire. Called synchronously while the socket's bytes are read. */
export interface WireListener {
  /** The peer's handshake; answer with `accept` or `close`. */
  onHandshake(infoHash: Uint8Array, peerId: Uint8Array): void;
  onInterestChanged(): void;
  /** A request was put into the queue. */
  onRequest(piece: number, begin: number): void;
  onRequestRefused(): void;
  onMetadataSent(): void;
  /** The peer has everything. */
  onPeerComplete(): void;
  /** Something of ours went wrong; the wire closes. */
  onInternalError(error: unknown): void;
  /** Called once. */
  onClosed(reason: CloseReason): void;
}
