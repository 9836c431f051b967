import type { Choker } from './choking/choker.ts';
import type { CloseReason } from './counters.ts';
import type { Discovery } from './discovery/discovery.ts';
import type { ExtentCache } from './disk/extent-cache.ts';
import type { Downloads } from './download/downloads.ts';
import { HashService } from './hashes/hash-service.ts';
import type { PieceVerifier } from './integrity/piece-verifier.ts';
import { servedPieces } from './integrity/served-pieces.ts';
import type { NodePartsOptions } from './node-parts-options.ts';
import { connectedPeer } from './peers/connected-peer.ts';
import { type Connections, peerText } from './peers/connections.ts';
import type { Peer } from './peers/peer.ts';
import type { PeerHost } from './peers/peer-host.ts';
import type { Suggestions } from './peers/suggestions.ts';
import type { RatePacer } from './rates/rate-pacer.ts';
import type { SuperSeeding } from './super-seeding/super-seeding.ts';
import type { Encryption } from './wire/encryption/encryption.ts';

/** The parts that connections need; when they are asked for they are there. */
export interface PeerHostParts {
  readonly cache: ExtentCache;
  readonly pacer: RatePacer;
  readonly superSeeding: SuperSeeding;
  readonly downloads: Downloads;
  readonly verifier: PieceVerifier;
  readonly discovery: Discovery;
  readonly suggestions: Suggestions;
  readonly choker: Choker;
  readonly connections: Connections;
}

/** What the connections of a node need of it. Of its parts the first three have to be there. */
export function nodePeerHost(
  made: NodePartsOptions,
  parts: PeerHostParts,
  encryption: Encryption,
): PeerHost<Peer> {
  const { options, limits, clock, counters, torrents, port, onFailed, events } = made;
  const { logger } = options;
  return {
    peerId: options.peerId,
    clientVersion: options.clientVersion,
    limits,
    cache: parts.cache,
    hashes: new HashService(parts.cache, clock),
    counters,
    pacer: parts.pacer,
    superSeeding: parts.superSeeding,
    get port() {
      return port();
    },
    clock,
    encryption,
    torrentFor: (infoHash) => torrents.named(infoHash),
    downloaderFor: (torrent) => parts.downloads.of(torrent),
    servedPieces: (torrent) => servedPieces(torrent, parts.verifier),
    isBanned: (names) => parts.downloads.isBanned(names),
    dhtPortFor: (infoHash) => parts.discovery.dhtPortFor(infoHash),
    onShaken: (peer) => {
      parts.discovery.joined(peer);
      parts.suggestions.joined(peer);
    },
    onInterestChanged: (peer) => parts.choker.interestChanged(peer),
    isBarren: (peer) => parts.choker.isBarren(peer),
    onStorageError: onFailed,
    onInternalError: (error) => logger.error({ err: error }, 'internal error in a connection'),
    onJoined: (peer, torrent) => {
      if (events.hears('peerConnected')) events.emit('peerConnected', torrent, connectedPeer(peer));
    },
    onClosed: (peer, reason) => closed(peer, reason, { made, parts }),
  };
}

function closed(
  peer: Peer,
  reason: CloseReason,
  { made: { events, options }, parts }: { readonly made: NodePartsOptions; readonly parts: PeerHostParts },
): void {
  parts.connections.forget(peer, reason);
  parts.discovery.gone(peer);
  parts.suggestions.gone(peer);
  parts.choker.forget(peer);
  if (peer.torrent !== undefined && events.hears('peerGone'))
    events.emit('peerGone', peer.torrent, connectedPeer(peer), reason);
  if (options.logger.isLevelEnabled('debug'))
    options.logger.debug({ peer: peerText(peer), client: peer.client, reason }, 'peer closed');
}
