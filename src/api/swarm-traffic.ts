import type { InfoHash } from '../bittorrent/info-hash.ts';
import type { Torrent } from '../seeder/torrent.ts';

/** Where it is known what the peers of a swarm fetched: by their own word, of what they announced to us. */
export interface SwarmTrafficSource {
  get(infoHash: InfoHash): { readonly downloadedBytes: number } | undefined;
}

/** What the peers of a swarm fetched since the server started. */
export interface SwarmTraffic {
  /** From whomever, by their own word. */
  readonly downloadedBytes: number;
  /** Of it, what cannot have come from us. */
  readonly savedBytes: number;
}

/**
 * What the peers of a torrent fetched, and how much of it from each other. What we send counts at once and what peers fetched with their next
 * announce, so in between too little is known to be saved, never too much.
 */
export function swarmTrafficOf(
  infoHash: InfoHash,
  seed: Torrent | undefined,
  source: SwarmTrafficSource | undefined,
): SwarmTraffic {
  const downloadedBytes = source?.get(infoHash)?.downloadedBytes ?? 0;
  return { downloadedBytes, savedBytes: Math.max(0, downloadedBytes - (seed?.uploadedBytes ?? 0)) };
}
