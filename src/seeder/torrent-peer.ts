import type { Address } from '../bittorrent/endpoint.ts';
import type { CloseReason } from './counters.ts';

/** A connection as its torrent sees it. */
export interface TorrentPeer {
  /** 4 or 16 bytes. */
  readonly address: Address;
  readonly port: number;
  /** Its client, for people. */
  readonly client: string;
  /** Part of the torrent that it has, 0 to 1. */
  readonly progress: number;
  readonly uploadedBytes: number;
  /** Bytes that wait for it in this process. */
  readonly queuedBytes: number;
  readonly rateBytesPerSecond: number;
  readonly downloadedBytes: number;
  readonly downloadBytesPerSecond: number;
  readonly isInterested: boolean;
  readonly isUnchoked: boolean;
  /** For the node: see `Peer`. */
  startDownload(): void;
  endDownload(): void;
  readonly isOutgoing: boolean;
  /** 20 bytes. */
  readonly peerId: Uint8Array;
  /** It was asked for blocks, and has sent none for half a minute. */
  readonly isSnubbed: boolean;
  hasPeerId(peerId: Uint8Array): boolean;
  close(reason: CloseReason): void;
  /** For the node: what is said on it. */
  readonly wire: {
    readonly isClosed: boolean;
    readonly isEncrypted: boolean;
    readonly amInterested: boolean;
    readonly peerChoking: boolean;
    readonly theirPieces: { bitfield(): Uint8Array };
    /** Takes back that we want nothing (BEP 21). */
    wantsAgain(): void;
    /** We lost a piece: it is told (BEP 54), or the connection ends where that cannot be said. */
    dontHave(piece: number): void;
  };
}
