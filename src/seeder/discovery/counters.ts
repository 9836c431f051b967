import { PEER_ORIGINS, type PeerOrigin } from './peer-origin.ts';

/** How peers were found. Plain numbers that only grow. */
export interface DiscoveryCounters {
  /** Addresses that were new to a torrent which is downloaded, by who named them; and peers that came to us. */
  readonly peersFound: Record<PeerOrigin, number>;
  /** Messages of the peer exchange (BEP 11); ignored are those that came too often. */
  pexMessagesSent: number;
  pexMessagesReceived: number;
  pexMessagesIgnored: number;
  /** Torrents that were announced to the DHT, one for each of their info-hashes, and those that no node took. */
  dhtAnnounces: number;
  dhtAnnouncesFailed: number;
  /** Messages of DHT nodes; refused are those that are malformed, of no use here, or too many. */
  dhtMessagesReceived: number;
  dhtMessagesRefused: number;
  /** Messages of local discovery (BEP 14); refused are those that are malformed, too many, or from elsewhere. */
  localMessagesSent: number;
  localMessagesReceived: number;
  localMessagesRefused: number;
}

/** Counters at zero. */
export function makeDiscoveryCounters(): DiscoveryCounters {
  return {
    peersFound: Object.fromEntries(PEER_ORIGINS.map((origin) => [origin, 0])) as Record<PeerOrigin, number>, // every origin is there
    pexMessagesSent: 0,
    pexMessagesReceived: 0,
    pexMessagesIgnored: 0,
    dhtAnnounces: 0,
    dhtAnnouncesFailed: 0,
    dhtMessagesReceived: 0,
    dhtMessagesRefused: 0,
    localMessagesSent: 0,
    localMessagesReceived: 0,
    localMessagesRefused: 0,
  };
}
