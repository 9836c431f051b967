import type { Logger } from 'pino';
import type { Address } from '../../bittorrent/endpoint.ts';
import type { Magnet } from '../../bittorrent/magnet.ts';
import type { Clock } from '../clock.ts';
import type { PeerAddress } from '../peers/candidates.ts';
import type { Torrent } from '../torrent.ts';
import type { DiscoveryCounters } from './counters.ts';
import type { DhtOptions } from './dht/dht-membership.ts';
import { TorrentDht } from './dht/torrent-dht.ts';
import type { OnPeers } from './discovery-types.ts';
import { LocalDiscovery, type LocalOptions } from './local/local-discovery.ts';
import type { PeerOrigin } from './peer-origin.ts';
import type { ExchangePeer } from './pex/exchange-types.ts';
import { PeerExchange } from './pex/peer-exchange.ts';
import { swarmHashes } from './swarm-hashes.ts';

/** By what peers are looked for beside trackers and the exchange between peers; each is off when it is left out. */
export interface DiscoverySettings {
  /** BEP 5. */
  readonly dht?: DhtOptions;
  /** BEP 14. */
  readonly local?: LocalOptions;
}

/** What it works with. */
export interface DiscoveryOptions {
  readonly settings: DiscoverySettings;
  /** The address on which peers are awaited. */
  readonly host: string;
  readonly port: () => number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly counters: DiscoveryCounters;
  readonly torrentFor: (infoHash: Uint8Array) => Torrent | undefined;
  readonly onPeers: (torrent: Torrent, peers: readonly PeerAddress[], origin: PeerOrigin) => void;
}

/** Finds peers beside trackers: by other peers (BEP 11), the DHT (BEP 5) and on the local network (BEP 14). Not for private torrents (BEP 27). */
export class Discovery {
  readonly #options: DiscoveryOptions;
  readonly #exchange: PeerExchange;
  readonly #dht: TorrentDht | undefined;
  readonly #local: LocalDiscovery | undefined;

  constructor(options: DiscoveryOptions) {
    this.#options = options;
    const { settings, clock, counters, onPeers } = options;
    this.#exchange = new PeerExchange({
      nowMs: () => clock.nowMs(),
      random: Math.random,
      counters,
      onPeers: (torrent, endpoints) => onPeers(torrent, endpoints, 'pex'),
      onDhtPort: (address: Address, port) => this.#dht?.addNode(address, port),
    });
    if (settings.dht !== undefined)
      this.#dht = new TorrentDht({
        ...options,
        options: settings.dht,
        onPeers: (torrent, endpoints) => onPeers(torrent, endpoints, 'dht'),
      });
    if (settings.local !== undefined)
      this.#local = new LocalDiscovery({
        ...options,
        options: settings.local,
        onPeers: (torrent, endpoints) => onPeers(torrent, endpoints, 'local'),
      });
  }

  /** Nodes in the table of our DHT node; 0 without one. */
  get dhtNodeCount(): number {
    return this.#dht?.nodeCount ?? 0;
  }

  /** The UDP port of our DHT node, for a torrent that is announced there; else 0. */
  dhtPortFor(infoHash: Uint8Array): number {
    return this.#options.torrentFor(infoHash)?.isPrivate === false ? (this.#dht?.port ?? 0) : 0;
  }

  /** A torrent has peers from now on, or looks for some. */
  start(torrent: Torrent): void {
    if (torrent.isPrivate) return;
    this.#dht?.start(torrent);
    this.#local?.start(torrent);
  }

  /** A torrent has none any more. */
  remove(torrent: Torrent): void {
    this.#dht?.remove(torrent);
    this.#local?.remove(torrent);
  }

  /** Both handshakes of a connection are there. */
  joined(peer: ExchangePeer): void {
    if (!peer.isOutgoing) this.#options.counters.peersFound.incoming++;
    this.#exchange.joined(peer);
  }

  /** A connection is over. */
  gone(peer: ExchangePeer): void {
    this.#exchange.gone(peer);
  }

  /** Looks for peers that have the metadata of a magnet link, until the signal aborts; undefined: there is nothing to look with. */
  get find(): ((magnet: Magnet, onPeers: OnPeers, signal: AbortSignal) => void) | undefined {
    if (this.#dht === undefined && this.#local === undefined) return undefined;
    return (magnet, onPeers, signal) => {
      for (const infoHash of swarmHashes(magnet)) {
        this.#dht?.find(infoHash, onPeers, signal);
        this.#local?.find(infoHash, onPeers, signal);
      }
    };
  }

  /** Once a second or so. */
  tick(nowMs: number): void {
    this.#exchange.tick(nowMs);
    this.#dht?.tick(nowMs);
    this.#local?.tick(nowMs);
  }

  /** Ends all. */
  async stop(): Promise<void> {
    await Promise.all([this.#dht?.stop(), this.#local?.stop()]);
  }
}
