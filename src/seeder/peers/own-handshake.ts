import type { Address } from '../../bittorrent/endpoint.ts';
import type { Torrent } from '../torrent.ts';
import type { OwnHandshake } from '../wire/wire-types.ts';
import type { PeerHost } from './peer-host.ts';

/** What a peer is told of us. @param hidesPieces it is to believe that we have nothing: it is super-seeded. */
export function ownHandshake(
  { clientVersion, limits, port }: Pick<PeerHost<unknown>, 'clientVersion' | 'limits' | 'port'>,
  torrent: Torrent,
  address: Address,
  hidesPieces: boolean,
): OwnHandshake {
  return {
    clientVersion,
    maxRequests: limits.maxRequests,
    yourIp: address,
    metadataSize: torrent.infoBytes.length,
    port,
    isUploadOnly: torrent.isComplete && !hidesPieces,
    hidesPieces,
  };
}
