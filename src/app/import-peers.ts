import type { ImportPeers } from '../api/routes/peers.ts';
import type { PeerJournal } from '../persistence/peer-journal.ts';
import type { TrackerCore } from '../tracker/core.ts';

/** Takes peers of another tracker into the swarms, and into the database as if they had announced themselves. */
export function peerImporter(
  tracker: TrackerCore,
  journal: PeerJournal,
  nowSeconds: () => number,
): ImportPeers {
  return (peers) => {
    const now = nowSeconds();
    let taken = 0;
    for (const { infoHash, address, port, expiresInSeconds, ...rest } of peers) {
      const peer = { ...rest, key: 0 };
      const expires = now + expiresInSeconds;
      if (!tracker.restorePeer(infoHash, address, port, peer, expires)) continue;
      journal.recordPeer(infoHash, address, port, peer, now, expires);
      taken++;
    }
    return taken;
  };
}
