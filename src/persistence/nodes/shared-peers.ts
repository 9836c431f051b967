import { type Address, addressFromBytes } from '../../bittorrent/endpoint.ts';
import { type InfoHash, infoHashFromBytes } from '../../bittorrent/info-hash.ts';
import type { PeerBatch } from '../peer-batch.ts';
import type { PeerState } from '../peer-journal.ts';

/** The part of a tracker that takes in peers which other nodes, or an earlier run, wrote. */
export interface PeerTaker {
  restorePeer(
    infoHash: InfoHash,
    address: Address,
    port: number,
    peer: PeerState,
    expiresAtSeconds: number,
  ): boolean;
  dropPeer(infoHash: InfoHash, address: Address, port: number): boolean;
}

/** Rows of this node's own seed node, which the tracker knows better. */
export interface OwnSeedRows {
  /** Whether a peer id is that of the own seed node. */
  isOwn(peerId: Uint8Array): boolean;
  /** A stored row has its peer id: it may be left from an earlier run, or from an address that we have no more. */
  foundStored(infoHash: InfoHash, address: Address, port: number): void;
}

/** What this node has not written yet. */
export interface PendingRecords {
  /** Whether it is at least as new as a row, and so what the database will have. */
  isAheadOf(infoHash: Uint8Array, address: Uint8Array, port: number, lastSeenSeconds: number): boolean;
}

/** What a node knows better than the rows it reads. */
export interface OwnKnowledge {
  readonly journal?: PendingRecords | undefined;
  readonly ownSeeds?: OwnSeedRows | undefined;
}

/** Puts a batch of stored peers into a tracker: those that are present, and out those that have gone. */
export function takePeers(batch: PeerBatch, tracker: PeerTaker, { journal, ownSeeds }: OwnKnowledge): void {
  const { expires, gone, ports, lastSeen } = batch.columns;
  for (let row = 0; row < batch.length; row++) {
    const infoHash = infoHashFromBytes(batch.infoHashAt(row));
    const address = addressFromBytes(batch.addressAt(row));
    const port = ports[row] ?? 0;
    if (journal?.isAheadOf(infoHash, address, port, lastSeen[row] ?? 0)) continue;
    if (gone[row] === 1) tracker.dropPeer(infoHash, address, port);
    else if (ownSeeds?.isOwn(batch.peerIdAt(row)) === true) ownSeeds.foundStored(infoHash, address, port);
    else tracker.restorePeer(infoHash, address, port, batch.stateAt(row), expires[row] ?? 0);
  }
}
