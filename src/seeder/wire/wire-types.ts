import type { Socket } from 'node:net';
import type { ConnectionListener } from './direct-wire.ts';
import type { Encryption } from './encryption/encryption.ts';
import type { OwnExtendedHandshake } from './extended-handshake.ts';
import type { HashRequest } from './hash-messages.ts';

/** What a wire needs of the node. */
export interface WireHost {
  /** Requests that are queued; the next is refused. */
  readonly limits: { readonly maxRequests: number };
  /** The UDP port of our DHT node, for a torrent that it is used for; else 0. */
  readonly dhtPortFor: (infoHash: Uint8Array) => number;
}

/** How a wire is made. */
export interface PeerWireOptions {
  readonly socket: Socket;
  readonly listener: WireListener;
  /** Of a connection that was made to us; undefined where we made it: see `PeerWire.greet`. */
  readonly encryption: Encryption | undefined;
  readonly host: WireHost;
}

/** What we say of ourselves beside the extensions that the wire has. */
export type OwnHandshake = Omit<OwnExtendedHandshake, 'extensions'> & {
  /** It is not told which pieces we have: later, one by one (BEP 16). */
  readonly hidesPieces: boolean;
};

/** What a wire has to know of the torrent that it serves. */
export interface WireTorrent {
  readonly infoHash: Uint8Array;
  /** Its v2 info-hash cut to 20 bytes, when it has one and we have all hashes that a v2 peer may ask for (BEP 52). */
  readonly swarmHashV2: Uint8Array | undefined;
  readonly infoBytes: Uint8Array;
  /** Peers come from its trackers alone (BEP 27). */
  readonly isPrivate: boolean;
  readonly pieceCount: number;
  readonly pieceLength: number;
  /** Bytes in all. */
  readonly length: number;
  /** Whether we have piece `index`; false for an index out of range. */
  hasPiece(index: number): boolean;
  /** Whether we have any piece. */
  readonly hasAny: boolean;
  /** Whether we have all. */
  readonly isComplete: boolean;
  /** Our pieces, a bit each, the first piece in the highest bit of the first byte. */
  bitfield(): Uint8Array;
}

/** What happens on a wire. Called synchronously while the socket's bytes are read. */
export interface WireListener extends ConnectionListener {
  /** The peer's handshake; answer with `accept` or `close`. */
  onHandshake(infoHash: Uint8Array, peerId: Uint8Array): void;
  onInterestChanged(): void;
  /** A request was put into the queue. */
  onRequest(piece: number, begin: number): void;
  onRequestRefused(): void;
  /** Hashes are asked for (BEP 52): answer with a message of them, or refuse. */
  onHashRequest(request: HashRequest): void;
  onMetadataSent(): void;
  /** The peer has everything. */
  onPeerComplete(): void;
}

/** What a peer says that leads to other peers. Called synchronously; what is a view is copied if it is kept. */
export interface DiscoverySink {
  /** A message of `ut_pex` (BEP 11). */
  onPex(payload: Uint8Array): void;
  /** Its DHT node is at this UDP port (BEP 5); never 0. */
  onDhtPort(port: number): void;
}

/** What a peer says that matters to whoever fetches from it. Called synchronously; what is a view is copied if it is kept. */
export interface BlockSink {
  onChoke(): void;
  onUnchoke(): void;
  /** It allows one more piece while it chokes us (BEP 6). */
  onAllowedFast(): void;
  /** Its pieces are known, or known anew. */
  onPieces(): void;
  /** It has one piece more, which it did not have before. */
  onHave(piece: number): void;
  /** It has a piece no more (BEP 54). */
  onLost(piece: number): void;
  /** `block` is a view. */
  onBlock(piece: number, begin: number, block: Uint8Array): void;
  /** BEP 6. */
  onRejected(piece: number, begin: number): void;
}
