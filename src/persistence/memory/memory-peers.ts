import { infoHashToHex } from '../../bittorrent/info-hash.ts';
import type { PeerBatch } from '../peer-batch.ts';
import type { StoredPeer } from './memory-database.ts';

/** What tells a peer of a batch from others. */
export function peerKey(batch: PeerBatch, row: number): string {
  return `${infoHashToHex(batch.infoHashAt(row))} ${infoHashToHex(batch.addressAt(row))} ${batch.columns.ports[row]}`;
}

/** A peer of a batch, with memory of its own. */
export function copyRow(batch: PeerBatch, row: number, nodeId: number, sequence: number): StoredPeer {
  const { ports, lastSeen, expires, gone } = batch.columns;
  return {
    ...batch.stateAt(row),
    peerId: batch.peerIdAt(row).slice(),
    infoHash: batch.infoHashAt(row).slice(),
    address: batch.addressAt(row).slice(),
    port: ports[row] ?? 0,
    lastSeenSeconds: lastSeen[row] ?? 0,
    expiresAtSeconds: expires[row] ?? 0,
    isGone: gone[row] === 1,
    nodeId,
    sequence,
  };
}

/** Another node saw the peer later. */
export function isNewer(known: StoredPeer, than: StoredPeer): boolean {
  return known.nodeId !== than.nodeId && known.lastSeenSeconds > than.lastSeenSeconds;
}

/** Adds a peer to a batch. */
export function addTo(batch: PeerBatch, peer: StoredPeer): void {
  const row = batch.addRow();
  batch.setKey(row, peer.infoHash, peer.address, peer.port);
  if (peer.isGone) batch.setGone(row, peer.lastSeenSeconds, peer.expiresAtSeconds);
  else batch.setPeer(row, peer, peer.lastSeenSeconds, peer.expiresAtSeconds);
}
