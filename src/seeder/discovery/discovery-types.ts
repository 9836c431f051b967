import type { Endpoint } from '../../bittorrent/endpoint.ts';
import type { PeerAddress } from '../peers/candidates.ts';
import type { Torrent } from '../torrent.ts';

/** Addresses at which there may be peers of whatever was asked for. */
export type OnPeers = (endpoints: readonly Endpoint[]) => void;

/** Addresses at which there may be peers of a torrent. */
export type PeersOfTorrent = (torrent: Torrent, endpoints: readonly PeerAddress[]) => void;
