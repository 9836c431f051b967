/** From whom the address of a peer came. A fixed set: it labels a metric. `incoming`: the peer came to us. */
export const PEER_ORIGINS = ['tracker', 'pex', 'dht', 'local', 'magnet', 'incoming'] as const;

/** From whom the address of a peer came. */
export type PeerOrigin = (typeof PEER_ORIGINS)[number];
