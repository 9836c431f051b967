import type { Logger } from 'pino';
import type { Magnet } from '../../bittorrent/magnet.ts';
import type { PeerId } from '../../bittorrent/peer-id.ts';
import type { Clock } from '../clock.ts';
import type { OnPeers } from '../discovery/discovery-types.ts';
import { SeederError } from '../errors.ts';
import type { OutgoingEncryption } from '../wire/encryption/outgoing-stream.ts';
import { MetadataFetch } from './metadata-fetch.ts';
import { MetadataTrackers } from './metadata-trackers.ts';
import type { MetadataTask } from './metadata-turns.ts';

/** What is said of a link that {@link leadsNowhere}, where there is no other way to find peers. */
export const NOBODY_TO_ASK =
  'the magnet link names no tracker (tr) and no peer (x.pe), and the DHT is off, so there is nobody to ask for its metadata';

/** Whether a link names nobody who could be asked. */
export function leadsNowhere({ peers, trackers }: Magnet): boolean {
  return peers.length === 0 && trackers.length === 0;
}

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
  /** Looks for peers beside its trackers, until the signal aborts; undefined: there is nothing to look with. */
  readonly find: ((magnet: Magnet, onPeers: OnPeers, signal: AbortSignal) => void) | undefined;
}

/**
 * Fetches what a magnet link does not say, the info dictionary and the piece layers: from the peers that it names, and those that its
 * trackers name. The result is called for each of its turns, and goes on where it was; it rejects as {@link MetadataFetch.run}.
 * @throws {SeederError} ERR_NO_METADATA when it names neither and there is no other way to find peers.
 */
export function metadataTask(options: FetchMetadataOptions): MetadataTask<Uint8Array> {
  const { magnet, peerId, clientVersion, clock, encryption, logger, port, find } = options;
  if (find === undefined && leadsNowhere(magnet)) throw new SeederError('ERR_NO_METADATA', NOBODY_TO_ASK);
  const fetch = new MetadataFetch({
    magnet,
    peerId,
    clientVersion,
    clock,
    encryption,
    onInternalError: (error) => logger.error({ err: error }, 'internal error in a connection for metadata'),
  });
  const onPeers: OnPeers = (peers) => fetch.add(peers);
  const trackers = new MetadataTrackers({ magnet, peerId, clientVersion, clock, port, onPeers });
  return async ({ signal, progressed }) => {
    const over = new AbortController();
    const either = AbortSignal.any([signal, over.signal]);
    const fetched = fetch.run({ signal, progressed });
    void trackers.ask(either);
    find?.(magnet, (peers) => fetch.add(peers, true), either);
    fetch.add(magnet.peers);
    try {
      return await fetched;
    } finally {
      over.abort();
    }
  };
}
