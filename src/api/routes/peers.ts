import { Router } from 'express';
import { type Address, parseAddress } from '../../bittorrent/endpoint.ts';
import { type InfoHash, infoHashFromHex } from '../../bittorrent/info-hash.ts';
import { type PeerId, peerIdFromBytes } from '../../bittorrent/peer-id.ts';
import { BadRequest } from '../errors.ts';

/** A peer that another tracker knew. */
export interface ImportedPeer {
  readonly infoHash: InfoHash;
  readonly address: Address;
  readonly port: number;
  readonly peerId: PeerId;
  /** Bytes; so are the next two. */
  readonly uploaded: number;
  readonly downloaded: number;
  readonly left: number;
  readonly expiresInSeconds: number;
}

/** Takes peers into their swarms, and returns how many had a place there. */
export type ImportPeers = (peers: readonly ImportedPeer[]) => number;

const MAX_PEERS = 5_000;
/** No tracker tells its peers to be silent for longer. */
const MAX_EXPIRES_SECONDS = 6 * 3600;

/** `POST /peers`: peers of another tracker, until they announce themselves here. */
export function peerRoutes(importPeers: ImportPeers): Router {
  const router = Router();
  router.post('/peers', (request, response) => {
    const { peers } = (request.body ?? {}) as { readonly peers?: unknown };
    if (!Array.isArray(peers) || peers.length > MAX_PEERS)
      throw new BadRequest(`"peers" must be a list of ${MAX_PEERS} peers at most`);
    response.json({ taken: importPeers(peers.map(peerFrom)) });
  });
  return router;
}

function peerFrom(value: unknown): ImportedPeer {
  const peer = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  const address = parseAddress(String(peer['ip']));
  if (address === undefined) throw new BadRequest('"ip" of a peer must be an IP address');
  return {
    infoHash: infoHashFromHex(textOf(peer['infoHash'], 'infoHash')),
    address,
    port: numberOf(peer['port'], 'port', 1, 65_535),
    peerId: peerIdFromBytes(Buffer.from(textOf(peer['peerId'], 'peerId'), 'hex')),
    uploaded: numberOf(peer['uploaded'] ?? 0, 'uploaded', 0, Number.MAX_SAFE_INTEGER),
    downloaded: numberOf(peer['downloaded'] ?? 0, 'downloaded', 0, Number.MAX_SAFE_INTEGER),
    left: numberOf(peer['left'], 'left', 0, Number.MAX_SAFE_INTEGER),
    expiresInSeconds: numberOf(peer['expiresInSeconds'], 'expiresInSeconds', 1, MAX_EXPIRES_SECONDS),
  };
}

function textOf(value: unknown, name: string): string {
  if (typeof value !== 'string' || !/^[0-9a-fA-F]{40}$/.test(value))
    throw new BadRequest(`"${name}" of a peer must be 40 hexadecimal digits`);
  return value;
}

function numberOf(value: unknown, name: string, least: number, most: number): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least || value > most)
    throw new BadRequest(`"${name}" of a peer must be a whole number from ${least} to ${most}`);
  return value;
}
