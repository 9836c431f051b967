import type { Address } from '../../bittorrent/endpoint.ts';
import { bytesEqual } from '../../bittorrent/hex.ts';
import type { CloseReason } from '../counters.ts';
import type { Torrent } from '../torrent.ts';
import type { Outgoing } from './peer-host.ts';

/** A peer whose handshake has come. */
export interface ShakenPeer {
  readonly torrent: Torrent;
  readonly peerId: Uint8Array;
  readonly peer: { readonly address: Address };
  readonly ownId: Uint8Array;
  readonly isBanned: boolean;
  /** When we opened the connection. */
  readonly outgoing: Outgoing | undefined;
}

/**
 * Why a peer is not talked to. Of two that connect to each other at the same time, the one with the greater peer id keeps the
 * connection that it opened, so that both close the same one. Anybody can say another's peer id: only at its address is it the same peer.
 */
export function refusalOf({
  torrent,
  peerId,
  peer,
  ownId,
  isBanned,
  outgoing,
}: ShakenPeer): CloseReason | undefined {
  if (isBanned) return 'banned';
  if (outgoing === undefined) return undefined;
  if (outgoing.torrent !== torrent) return 'bad-message';
  const twin = [...torrent.peers].find(
    (other) => other.hasPeerId(peerId) && bytesEqual(other.address, peer.address),
  );
  if (twin === undefined) return undefined;
  if (twin.isOutgoing || Buffer.compare(ownId, peerId) < 0) return 'duplicate';
  twin.close('duplicate');
  return undefined;
}
