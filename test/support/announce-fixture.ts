import { randomBytes } from 'node:crypto';
import type { AnnounceRequest } from '../../src/bittorrent/announce-request.ts';
import { infoHashFromHex } from '../../src/bittorrent/info-hash.ts';
import { makePeerId } from '../../src/bittorrent/peer-id.ts';

/** A leecher's first announce of the torrent abab...; each time of a new peer. */
export function makeAnnounce(changes: Partial<AnnounceRequest> = {}): AnnounceRequest {
  return {
    infoHash: infoHashFromHex('ab'.repeat(20)),
    peerId: makePeerId(randomBytes(12)),
    port: 6881,
    uploaded: 0,
    downloaded: 0,
    left: 1,
    event: 'started',
    numWant: 50,
    key: 1234,
    ip: undefined,
    compact: true,
    noPeerId: false,
    ...changes,
  };
}
