import type { Address } from '../../../bittorrent/endpoint.ts';
import type { CloseReason } from '../../counters.ts';
import type { Torrent } from '../../torrent.ts';
import type { DiscoverySink } from '../../wire/wire-types.ts';
import type { DiscoveryCounters } from '../counters.ts';
import type { PeersOfTorrent } from '../discovery-types.ts';

/** A connection as the exchange sees it: see `Peer`. */
export interface ExchangePeer {
  readonly torrent: Torrent | undefined;
  readonly address: Address;
  readonly port: number;
  readonly isOutgoing: boolean;
  readonly wire: ExchangeWire;
}

/** What is said on the connection: see `PeerWire`. */
export interface ExchangeWire {
  discovery: DiscoverySink | undefined;
  readonly theirListenPort: number | undefined;
  readonly knowsPex: boolean;
  readonly isUploadOnly: boolean;
  readonly isEncrypted: boolean;
  readonly isClosed: boolean;
  readonly queuedBytes: number;
  readonly theirPieces: { readonly isComplete: boolean };
  sendPex(payload: Uint8Array): void;
  close(reason: CloseReason): void;
}

/** What the exchange works with. */
export interface PeerExchangeOptions {
  readonly nowMs: () => number;
  /** From 0 to below 1. */
  readonly random: () => number;
  readonly counters: DiscoveryCounters;
  /** Peers that a peer of a torrent told us of, as far as they can be believed. */
  readonly onPeers: PeersOfTorrent;
  /** A peer told the port of its DHT node (BEP 5). */
  readonly onDhtPort: (address: Address, port: number) => void;
}
