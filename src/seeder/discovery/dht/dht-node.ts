import { createSocket, type Socket } from 'node:dgram';
import Dht, { type DhtEndpoint } from 'bittorrent-dht';
import { type Endpoint, formatAddress, parseAddress } from '../../../bittorrent/endpoint.ts';
import { toHex } from '../../../bittorrent/hex.ts';
import { isBelievable } from '../believable.ts';
import type { DiscoveryCounters } from '../counters.ts';
import type { BootstrapNode } from './bootstrap.ts';
import { GuardedSocket } from './guarded-socket.ts';

/** Queries under way, of all announces together. */
const CONCURRENCY = 256;
/** Peers of others that are kept, and for how long: BEP 5 leaves that to the node; they announce every half an hour or so. */
const MAX_STORED_PEERS = 10_000;
const STORED_MS = 45 * 60_000;
/** Nodes that are remembered for the next start. */
const MAX_NODES = 100;

/** How a node is opened. */
export interface DhtNodeOptions {
  /** An IPv4 address. */
  readonly host: string;
  /** The UDP port; another is taken when it is not to be had. */
  readonly port: number;
  readonly bootstrap: readonly BootstrapNode[];
  readonly nowMs: () => number;
  readonly counters: DiscoveryCounters;
  readonly onInternalError: (error: unknown) => void;
  /** Peers of the swarm with this info-hash, as far as they can be believed. */
  readonly onPeers: (infoHash: string, endpoints: readonly Endpoint[]) => void;
}

/** A node of the DHT (BEP 5): the package's, behind a socket that is ours. */
export class DhtNode {
  /** Where it is bound. */
  readonly host: string;
  readonly port: number;
  readonly #options: DhtNodeOptions;
  readonly #dht: Dht;
  /** What came of a turn of the event loop, by info-hash. */
  #found = new Map<string, Endpoint[]>();

  private constructor(options: DhtNodeOptions, socket: Socket) {
    this.#options = options;
    this.host = options.host;
    this.port = socket.address().port;
    const { nowMs, counters, onInternalError } = options;
    this.#dht = new Dht({
      socket: new GuardedSocket({ socket, nowMs, counters, onInternalError }),
      bootstrap: options.bootstrap.length > 0 ? options.bootstrap : false,
      concurrency: CONCURRENCY,
      maxPeers: MAX_STORED_PEERS,
      maxAge: STORED_MS,
    });
    this.#dht.on('error', onInternalError);
    this.#dht.on('warning', () => {}); // of one packet: an answer that came late, or a query that was not answered
    this.#dht.on('peer', (peer: DhtEndpoint, infoHash: Uint8Array, from: { address?: string } | null) =>
      this.#peer(peer, infoHash, from?.address),
    );
    // Somebody announces to us what we may be looking for ourselves.
    this.#dht.on('announce', (peer: DhtEndpoint, infoHash: Uint8Array) =>
      this.#peer(peer, infoHash, undefined),
    );
    this.#dht.listen();
  }

  /** @throws what the system says when there is no UDP socket to be had. */
  static async open(options: DhtNodeOptions): Promise<DhtNode> {
    const { host, port } = options;
    const socket = await bound(host, port).catch((error: NodeJS.ErrnoException) => {
      if (port === 0 || (error.code !== 'EADDRINUSE' && error.code !== 'EACCES')) throw error;
      return bound(host, 0);
    });
    return new DhtNode(options, socket);
  }

  /** Nodes in its table. */
  get nodeCount(): number {
    return this.#dht.nodes.count();
  }

  /** Some nodes of its table, for the next start. */
  nodes(): Endpoint[] {
    return this.#dht
      .toJSON()
      .nodes.slice(0, MAX_NODES)
      .flatMap(({ host, port }) => {
        const address = parseAddress(host);
        return address === undefined ? [] : [{ address, port }];
      });
  }

  /** Looks whether there is a node at the endpoint, and takes it in. */
  addNode({ address, port }: Endpoint): void {
    if (address.length === 4) this.#dht.addNode({ host: formatAddress(address), port });
  }

  /** Says that we are a peer of a swarm, and looks for others; resolves with whether a node took it. Never settles once it is stopped. */
  announce(infoHash: Uint8Array, port: number): Promise<boolean> {
    // The package leaves the look out for five minutes after one, even when that found nobody.
    const name = Buffer.from(infoHash);
    return new Promise((resolve) =>
      this.#dht.lookup(name, () => this.#dht.announce(name, port, (error) => resolve(error === null))),
    );
  }

  /** Looks for peers of a swarm. Never settles once it is stopped. */
  lookup(infoHash: Uint8Array): Promise<void> {
    return new Promise((resolve) => this.#dht.lookup(Buffer.from(infoHash), () => resolve()));
  }

  /** Ends it at once. */
  stop(): Promise<void> {
    return new Promise((resolve) => this.#dht.destroy(resolve));
  }

  /** `from`: undefined for what it has stored itself, each address by its own word. */
  #peer({ host, port }: DhtEndpoint, infoHash: Uint8Array, from: string | undefined): void {
    const address = parseAddress(host);
    if (address === undefined) return;
    const teller = from === undefined ? address : parseAddress(from);
    if (teller === undefined || !isBelievable(teller, { address, port })) return;
    if (this.#found.size === 0) queueMicrotask(() => this.#tell());
    const key = toHex(infoHash);
    const found = this.#found.get(key);
    if (found === undefined) this.#found.set(key, [{ address, port }]);
    else found.push({ address, port });
  }

  #tell(): void {
    const found = this.#found;
    this.#found = new Map();
    for (const [infoHash, endpoints] of found) this.#options.onPeers(infoHash, endpoints);
  }
}

function bound(host: string, port: number): Promise<Socket> {
  const socket = createSocket('udp4');
  return new Promise((resolve, reject) => {
    socket.once('error', (error) => {
      socket.close();
      reject(error);
    });
    socket.bind(port, host, () => {
      socket.removeAllListeners('error');
      resolve(socket);
    });
  });
}
