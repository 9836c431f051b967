import { type Endpoint, formatEndpoint } from '../../../bittorrent/endpoint.ts';
import type { Torrent } from '../../torrent.ts';
import { decodePex, encodePex, PexFlag } from '../../wire/ut-pex.ts';
import type { DiscoverySink } from '../../wire/wire-types.ts';
import { isBelievable } from '../believable.ts';
import { MessageAllowance } from '../message-allowance.ts';
import type { ExchangePeer, PeerExchangeOptions } from './exchange-types.ts';
import type { PexLog } from './pex-log.ts';

/** BEP 11: no more than one message a minute. */
const INTERVAL_MS = 60_000;
/** Messages that a peer may send at once, and how long it takes until it may send one more; libtorrent and others send one a minute. */
const RECEIVED = { max: 4, perSecond: 1 / 30 };
/** Messages that were not looked at, before the connection ends. */
const MAX_IGNORED = 100;
/** Addresses that one connection may tell. */
const MAX_HEARD = 500;
/** A peer says once where its DHT node is; what it says later is passed over. */
const MAX_DHT_PORTS = 3;
/** Bytes that may wait for a peer that is to be told something. */
const MAX_QUEUED_BYTES = 256 * 1024;

/** The exchange on one connection. */
export class PexSession implements DiscoverySink {
  readonly #peer: ExchangePeer;
  readonly #torrent: Torrent;
  readonly #log: PexLog;
  readonly #options: PeerExchangeOptions;
  /** Where the peer takes connections, once that is known; it is told to others from then on. */
  #endpoint: Endpoint | undefined;
  /** What of the log it has been told; undefined: nothing. */
  #sequence: number | undefined;
  #nextAtMs = 0;
  readonly #received: MessageAllowance;
  #ignored = 0;
  #heard = 0;
  #dhtPorts = 0;
  #key: string | undefined;

  constructor(peer: ExchangePeer, torrent: Torrent, log: PexLog, options: PeerExchangeOptions) {
    this.#peer = peer;
    this.#torrent = torrent;
    this.#log = log;
    this.#options = options;
    this.#received = new MessageAllowance(RECEIVED, options.nowMs());
    this.#look();
  }

  /** Tells what is new, when it is time. */
  tick(nowMs: number): void {
    this.#look();
    const { wire } = this.#peer;
    if (nowMs < this.#nextAtMs || !wire.knowsPex || wire.queuedBytes > MAX_QUEUED_BYTES) return;
    if (this.#sequence === this.#log.sequence) return;
    const listener = { address: this.#peer.address, key: this.#key };
    const message =
      this.#sequence === undefined
        ? this.#log.first(listener, this.#options.random)
        : this.#log.since(this.#sequence, listener);
    this.#sequence = this.#log.sequence;
    if (message.added.length === 0 && message.dropped.length === 0) return;
    this.#nextAtMs = nowMs + INTERVAL_MS;
    this.#options.counters.pexMessagesSent++;
    wire.sendPex(encodePex(message));
  }

  /** The connection is over. */
  end(): void {
    if (this.#endpoint !== undefined) this.#log.drop(this.#endpoint);
    this.#endpoint = undefined;
  }

  onPex(payload: Uint8Array): void {
    const { counters, onPeers, nowMs } = this.#options;
    if (!this.#received.take(nowMs())) {
      counters.pexMessagesIgnored++;
      if (++this.#ignored > MAX_IGNORED) this.#peer.wire.close('flood');
      return;
    }
    counters.pexMessagesReceived++;
    if (this.#torrent.state !== 'downloading') return; // nobody is looked for
    const told = decodePex(payload)?.added ?? [];
    const peers = told
      .filter(({ endpoint }) => isBelievable(this.#peer.address, endpoint))
      .slice(0, MAX_HEARD - this.#heard)
      .map(({ endpoint, flags }) => ({
        ...endpoint,
        prefersEncryption: (flags & PexFlag.prefersEncryption) !== 0,
      }));
    this.#heard += peers.length;
    if (peers.length > 0) onPeers(this.#torrent, peers);
  }

  onDhtPort(port: number): void {
    if (++this.#dhtPorts <= MAX_DHT_PORTS) this.#options.onDhtPort(this.#peer.address, port);
  }

  /** Of a peer that came to us only what it says itself tells where it takes connections (BEP 10, `p`). */
  #look(): void {
    const { wire, address, isOutgoing } = this.#peer;
    const port = isOutgoing ? this.#peer.port : wire.theirListenPort;
    if (this.#endpoint !== undefined || port === undefined || port === 0) return;
    this.#endpoint = { address, port };
    this.#key = formatEndpoint(this.#endpoint);
    this.#log.add(this.#endpoint, () => this.#flags());
  }

  #flags(): number {
    const { wire, isOutgoing } = this.#peer;
    const isUploadOnly = wire.isUploadOnly || wire.theirPieces.isComplete;
    return (
      (wire.isEncrypted ? PexFlag.prefersEncryption : 0) |
      (isUploadOnly ? PexFlag.isUploadOnly : 0) |
      (isOutgoing ? PexFlag.isReachable : 0)
    );
  }
}
