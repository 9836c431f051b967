import type { Address } from '../../bittorrent/endpoint.ts';
import type { TorrentPeer } from '../torrent-peer.ts';

/** A peer to which a torrent is connected, as it was when it was asked for. */
export interface ConnectedPeer {
  /** 4 or 16 bytes. */
  readonly address: Address;
  /** Of the connection, as we see it: that of a peer which came to us is not the one on which it listens. */
  readonly port: number;
  /** 20 bytes. */
  readonly peerId: Uint8Array;
  /** Its client, for people. */
  readonly client: string;
  /** We connected to it. */
  readonly isOutgoing: boolean;
  /** The payload is encrypted (MSE/PE). */
  readonly isEncrypted: boolean;
  /** Part of the torrent that it has, 0 to 1. */
  readonly progress: number;
  /** The pieces that it has, in the order of the wire: bit 0 is the highest of byte 0 (BEP 3). */
  readonly bitfield: Uint8Array;
  /** Bytes of blocks since it connected; so is the next. */
  readonly uploadedBytes: number;
  readonly downloadedBytes: number;
  readonly uploadBytesPerSecond: number;
  readonly downloadBytesPerSecond: number;
  /** It wants blocks of us. */
  readonly isInterested: boolean;
  /** It may not ask us for blocks. */
  readonly isChoked: boolean;
  /** We want blocks of it. */
  readonly areWeInterested: boolean;
  /** We may not ask it for blocks. */
  readonly areWeChoked: boolean;
  /** It was asked for blocks, and has sent none for half a minute. */
  readonly isSnubbed: boolean;
}

/** A picture of a peer; it does not change when the peer does. */
export function connectedPeer(peer: TorrentPeer): ConnectedPeer {
  const { wire } = peer;
  return {
    address: peer.address,
    port: peer.port,
    peerId: new Uint8Array(peer.peerId),
    client: peer.client,
    isOutgoing: peer.isOutgoing,
    isEncrypted: wire.isEncrypted,
    progress: peer.progress,
    bitfield: wire.theirPieces.bitfield(),
    uploadedBytes: peer.uploadedBytes,
    downloadedBytes: peer.downloadedBytes,
    uploadBytesPerSecond: peer.rateBytesPerSecond,
    downloadBytesPerSecond: peer.downloadBytesPerSecond,
    isInterested: peer.isInterested,
    isChoked: !peer.isUnchoked,
    areWeInterested: wire.amInterested,
    areWeChoked: wire.peerChoking,
    isSnubbed: peer.isSnubbed,
  };
}
