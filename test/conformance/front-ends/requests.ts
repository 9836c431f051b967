import type { AnnounceRequest } from '../../../src/bittorrent/announce-request.ts';
import { type ClientAnnounce, type ClientReply, clientOf } from '../../../src/tracker/conformance.ts';
import { infoHash } from '../../unit/tracker/tracker-fixture.ts';

/** The request of an announce; an unknown event is left to the protocol. */
export function requestOf(announce: ClientAnnounce): AnnounceRequest {
  const { client, left = 1, downloaded = 0, event, numWant } = announce;
  return {
    infoHash: announce.infoHash ?? infoHash(1),
    ...clientOf(client),
    uploaded: 0,
    downloaded,
    left,
    event: event === undefined || event === 'unknown' ? 'none' : event,
    numWant,
    key: 0,
    ip: undefined,
    compact: true,
    noPeerId: false,
  };
}

/** What a client that was refused got. */
export function refusedWith(failure: string): ClientReply {
  return { failure, complete: 0, incomplete: 0, intervalSeconds: 0, peers: [] };
}
