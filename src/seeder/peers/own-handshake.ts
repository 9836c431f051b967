import type { Address } from '../../bittorrent/endpoint.ts';
import type { Torrent } from '../torrent.ts';
import type { OwnHandshake } from '../wire/wire-types.ts';
import type { PeerHost } from './peer-host.ts';

/** What is known of the peer. */
export interface Greeted {
  readonly address: Address;
  /** It is to believe that we have nothing: it is super-seeded. */
  readonly hidesPieces: boolean;
}

/** What a peer is told of us. */
export function ownHandshake(
  { clientVersion, limits, port }: Pick<PeerHost<unknown>, 'clientVersion' | 'limits' | 'port'>,
  torrent: Torrent,
  { address, hidesPieces }: Greeted,
): OwnHandshake {
  return {
    clientVersion,
    maxRequests: limits.maxRequests,
    yourIp: address,
    metadataSize: torrent.infoBytes.length,
    port,
    isUploadOnly: torrent.isFinished && !hidesPieces,
    hidesPieces,
  };
}
