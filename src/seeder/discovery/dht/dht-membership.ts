import { setTimeout } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type Endpoint, parseAddress } from '../../../bittorrent/endpoint.ts';
import type { Clock } from '../../clock.ts';
import { isBelievable } from '../believable.ts';
import type { DiscoveryCounters } from '../counters.ts';
import { type BootstrapNode, bootstrapAddresses, isLoopback, udpHost } from './bootstrap.ts';
import { DhtNode, type DhtNodeOptions } from './dht-node.ts';

/** Between two tries to open a socket. */
const REOPEN_MS = 5 * 60_000;
/** Between two tries to find any node. */
const REJOIN_MS = 60_000;
/** Between two records of the nodes that are known. */
const SAVE_MS = 30 * 60_000;
/** What is under way at the end has so long. */
const STOP_DEADLINE_MS = 2000;
/** Nodes that torrents may name, all together: each may be a name to be looked up. */
const MAX_NAMED = 64;
/** An address out in the world (RFC 5737). */
const STRANGER = '192.0.2.1';

/** How the DHT is used. */
export interface DhtOptions {
  /** By whom it is joined: names or IPv4 addresses with UDP ports; empty: by the nodes that peers and torrents name. */
  readonly bootstrap: readonly BootstrapNode[];
  /** Nodes that were known when it ran last. */
  readonly loadNodes?: () => Promise<readonly Endpoint[]>;
  /** Nodes that are known now, to be kept for the next start. */
  readonly saveNodes?: (nodes: readonly Endpoint[]) => Promise<void>;
}

/** What a membership works with. */
export interface DhtMembershipParts {
  readonly options: DhtOptions;
  /** The address on which peers are awaited. */
  readonly host: string;
  /** The port on which they are; 0 before. */
  readonly port: () => number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly counters: DiscoveryCounters;
  readonly onPeers: DhtNodeOptions['onPeers'];
}

/** Our node of the DHT: opened when it is first wanted, known to others again when the network was away, and kept in mind for the next start. */
export class DhtMembership {
  readonly #parts: DhtMembershipParts;
  /** Undefined: the package, which knows IPv4 only, can do nothing at such an address. */
  readonly #boundTo: string | undefined;
  #node: DhtNode | undefined;
  #opening: Promise<void> | undefined;
  #isStopped = false;
  #openAtMs = 0;
  #saveAtMs = 0;
  #rejoinAtMs = 0;
  /** Nodes that torrents named before there was one of ours. */
  #named: BootstrapNode[] = [];
  #namedCount = 0;

  constructor(parts: DhtMembershipParts) {
    this.#parts = parts;
    this.#boundTo = udpHost(parts.host);
    if (this.#boundTo === undefined)
      parts.logger.info('the DHT is not joined: it is reached over IPv4, and peers are awaited on IPv6 only');
  }

  /** Undefined while there is none. */
  get node(): DhtNode | undefined {
    return this.#node;
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Opens the node unless it is open; nothing before peers are awaited. */
  join(): void {
    const nowMs = this.#parts.clock.nowMs();
    if (this.#isStopped || this.#node !== undefined || this.#opening !== undefined) return;
    if (nowMs < this.#openAtMs || this.#parts.port() === 0 || this.#boundTo === undefined) return;
    this.#openAtMs = nowMs + REOPEN_MS;
    this.#opening = this.#open(this.#boundTo)
      .catch((error: unknown) => this.#parts.logger.warn({ err: error }, 'the DHT cannot be joined'))
      .finally(() => {
        this.#opening = undefined;
      });
  }

  /** Asks nodes that a torrent names (BEP 5, `nodes`). Whoever made it may be anybody, so that they are taken as from a stranger. */
  name(nodes: readonly BootstrapNode[]): void {
    const some = nodes.slice(0, MAX_NAMED - this.#namedCount);
    this.#namedCount += some.length;
    this.#named.push(...some);
    if (this.#node === undefined || this.#named.length === 0) return;
    void this.#ask(this.#node, this.#named, isLoopback(this.#node.host) ? this.#node.host : STRANGER);
    this.#named = [];
  }

  /** Once a second or so. */
  tick(nowMs: number): void {
    const node = this.#node;
    if (node === undefined) return;
    if (nowMs >= this.#rejoinAtMs) {
      this.#rejoinAtMs = nowMs + REJOIN_MS;
      if (node.nodeCount === 0) void this.#ask(node, this.#parts.options.bootstrap);
    }
    if (nowMs < this.#saveAtMs) return;
    this.#saveAtMs = nowMs + SAVE_MS;
    void this.#save(node);
  }

  /** Leaves, within seconds. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await inTime(this.#opening); // names may take long to be looked up
    const node = this.#node;
    this.#node = undefined;
    if (node === undefined) return;
    await inTime(this.#save(node));
    await node.stop();
  }

  async #open(boundTo: string): Promise<void> {
    const { options, port, clock, logger, counters, onPeers } = this.#parts;
    const bootstrap = await bootstrapAddresses(options.bootstrap, boundTo);
    const known = (await options.loadNodes?.().catch(() => [])) ?? [];
    if (this.#isStopped) return;
    const node = await DhtNode.open({
      host: boundTo,
      port: port(),
      bootstrap,
      nowMs: () => clock.nowMs(),
      counters,
      onInternalError: (error) => logger.error({ err: error }, 'internal error in the DHT'),
      onPeers,
    });
    if (this.#isStopped) return node.stop();
    this.#node = node;
    this.#saveAtMs = clock.nowMs() + SAVE_MS;
    this.#rejoinAtMs = clock.nowMs() + REJOIN_MS;
    for (const endpoint of known) if (isBelievable(endpoint.address, endpoint)) node.addNode(endpoint);
    logger.info({ port: node.port }, 'joining the DHT');
    this.name([]);
  }

  /** Asks nodes that somebody at `teller` names, as far as he is believed; those of the settings are. */
  async #ask(node: DhtNode, nodes: readonly BootstrapNode[], teller?: string): Promise<void> {
    const from = teller === undefined ? undefined : parseAddress(teller);
    for (const { host, port } of await bootstrapAddresses(nodes, node.host)) {
      const address = parseAddress(host);
      if (address === undefined || this.#node !== node) continue;
      if (from === undefined || isBelievable(from, { address, port })) node.addNode({ address, port });
    }
  }

  async #save(node: DhtNode): Promise<void> {
    const nodes = node.nodes();
    if (nodes.length === 0) return;
    await this.#parts.options.saveNodes?.(nodes).catch((error: unknown) => {
      this.#parts.logger.warn({ err: error }, 'the nodes of the DHT could not be saved');
    });
  }
}

async function inTime(task: Promise<void> | undefined): Promise<void> {
  await Promise.race([task, setTimeout(STOP_DEADLINE_MS, undefined, { ref: false })]);
}
