import type { Torrent } from '../../src/seeder/torrent.ts';
import { eventually } from './eventually.ts';
import { FakePeer, handshakeBytes, messageBytes } from './fake-peer.ts';
import type { CleanupOwner } from './scope.ts';

/** Peers that say that they are interested, and wait for nothing; resolves when the node knows them all. */
export async function connectInterested(
  owner: CleanupOwner,
  { torrent, port }: { readonly torrent: Torrent; readonly port: number },
  count: number,
): Promise<FakePeer[]> {
  const before = interestedCount(torrent);
  const peers: FakePeer[] = [];
  for (let i = 0; i < count; i++) {
    const peer = await FakePeer.connect(owner, port);
    peer.send(handshakeBytes(torrent.infoHash), messageBytes(2));
    peers.push(peer);
  }
  await eventually(`${count} peers to be interested`, () => interestedCount(torrent) >= before + count);
  return peers;
}

/** Peers of a torrent that want blocks. */
export function interestedCount(torrent: Torrent): number {
  return [...torrent.peers].filter(({ isInterested }) => isInterested).length;
}

/** Peers of a torrent that have a slot. */
export function unchokedCount(torrent: Torrent): number {
  return [...torrent.peers].filter(({ isUnchoked }) => isUnchoked).length;
}
