import type { Logger } from 'pino';
import type { Magnet } from '../../bittorrent/magnet.ts';
import type { PeerId } from '../../bittorrent/peer-id.ts';
import type { Clock } from '../clock.ts';
import type { OnPeers } from '../discovery/discovery-types.ts';
import { SeederError } from '../errors.ts';
import type { OutgoingEncryption } from '../wire/encryption/outgoing-stream.ts';
import { MetadataFetch } from './metadata-fetch.ts';
import { askTrackers } from './metadata-trackers.ts';

/** What is fetched, and by whom. */
export interface FetchMetadataOptions {
  readonly magnet: Magnet;
  readonly peerId: PeerId;
  readonly clientVersion: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly encryption: OutgoingEncryption;
  /** The port on which we listen. */
  readonly port: number;
  readonly signal: AbortSignal;
  /** Looks for peers beside its trackers, until the signal aborts; undefined: there is nothing to look with. */
  readonly find: ((magnet: Magnet, onPeers: OnPeers, signal: AbortSignal) => void) | undefined;
}

/**
 * Fetches what a magnet link does not say, the info dictionary and the piece layers: from the peers that it names, and those that its trackers name.
 * @throws {SeederError} ERR_NO_METADATA when it names neither and there is no other way to find peers, and as {@link MetadataFetch.run}.
 */
export async function fetchMetadata(options: FetchMetadataOptions): Promise<Uint8Array> {
  const { magnet, peerId, clientVersion, clock, encryption, logger, port, signal, find } = options;
  if (find === undefined && magnet.peers.length === 0 && magnet.trackers.length === 0)
    throw new SeederError(
      'ERR_NO_METADATA',
      'the magnet link names no tracker (tr) and no peer (x.pe), and the DHT is off, so there is nobody to ask for its metadata',
    );
  const over = new AbortController();
  const fetch = new MetadataFetch({
    magnet,
    peerId,
    clientVersion,
    clock,
    encryption,
    onInternalError: (error) => logger.error({ err: error }, 'internal error in a connection for metadata'),
  });
  const either = AbortSignal.any([signal, over.signal]);
  const onPeers: OnPeers = (peers) => fetch.add(peers);
  void askTrackers({ magnet, peerId, clientVersion, port, onPeers }, either);
  find?.(magnet, onPeers, either);
  fetch.add(magnet.peers);
  try {
    return await fetch.run(signal);
  } finally {
    over.abort();
  }
}
