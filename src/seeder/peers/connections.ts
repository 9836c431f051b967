import { createServer, type Server, type Socket } from 'node:net';
import { formatAddress } from '../../bittorrent/endpoint.ts';
import type { CloseReason, SeederCounters } from '../counters.ts';
import { SeederError } from '../errors.ts';
import { Peer } from './peer.ts';
import type { Outgoing, PeerHost } from './peer-host.ts';
import { networkOf } from './peer-names.ts';

/** Connections that may wait to be accepted. */
const BACKLOG = 1024;
/** Of all connections, that are kept for those which we open; no more than a torrent may have. */
const KEPT_FRACTION = 0.1;

/** All connections of a node: accepts, counts and bounds them. */
export class Connections {
  readonly #host: PeerHost<Peer>;
  readonly #counters: SeederCounters;
  readonly #peers = new Set<Peer>();
  readonly #perAddress = new Map<string, number>();
  #server: Server | undefined;
  #incoming = 0;

  constructor(host: PeerHost<Peer>) {
    this.#host = host;
    this.#counters = host.counters;
  }

  /** Open connections, those before their handshake included. */
  get size(): number {
    return this.#peers.size;
  }

  /** Bytes a second that all of them take now. */
  get uploadRateBytesPerSecond(): number {
    let sum = 0;
    for (const peer of this.#peers) sum += peer.rateBytesPerSecond;
    return sum;
  }

  [Symbol.iterator](): IterableIterator<Peer> {
    return this.#peers.values();
  }

  /**
   * Listens for peers; "::" is all addresses, IPv4 and IPv6.
   * @returns the port, which the system chose when `port` is 0.
   * @throws {SeederError} ERR_LISTEN when the address or port cannot be had.
   */
  async listen(host: string, port: number): Promise<number> {
    const server = createServer((socket) => this.#accept(socket));
    this.#server = server;
    // Left out, Node takes all addresses of both families, or of IPv4 on a machine that has no IPv6; "::" would fail there.
    const where = host === '::' ? {} : { host };
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause: NodeJS.ErrnoException) => reject(listenError(host, port, cause)));
      server.listen({ port, backlog: BACKLOG, ...where }, resolve);
    });
    server.on('error', () => {
      // A connection that could not be accepted (no descriptors left): the next one may.
    });
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : port;
  }

  /** Closes all and listens no more. */
  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    const closed = new Promise<void>((resolve) =>
      server === undefined ? resolve() : server.close(() => resolve()),
    );
    for (const peer of [...this.#peers]) peer.close('shutdown');
    await closed;
  }

  /** The host tells that a connection ended. */
  forget(peer: Peer, reason: CloseReason): void {
    if (!this.#peers.delete(peer)) return;
    if (!peer.isOutgoing) this.#incoming--;
    this.#counters.closedTotal[reason]++;
    const key = networkOf(peer.address);
    const left = (this.#perAddress.get(key) ?? 1) - 1;
    if (left === 0) this.#perAddress.delete(key);
    else this.#perAddress.set(key, left);
  }

  #accept(socket: Socket): void {
    this.#counters.connectionsAccepted++;
    if (this.#server === undefined) {
      socket.destroy();
      return;
    }
    this.#enter(new Peer(socket, this.#host));
  }

  /** Takes in a connection that we opened; it counts as the others do. */
  adopt(socket: Socket, outgoing: Outgoing): void {
    this.#counters.connectionsOpened++;
    this.#enter(new Peer(socket, this.#host, outgoing));
  }

  #enter(peer: Peer): void {
    const key = networkOf(peer.address);
    const fromAddress = (this.#perAddress.get(key) ?? 0) + 1;
    this.#peers.add(peer);
    if (!peer.isOutgoing) this.#incoming++;
    this.#perAddress.set(key, fromAddress);
    const { maxConnections, maxConnectionsPerAddress } = this.#host.limits;
    if (!peer.isPrivate && fromAddress > maxConnectionsPerAddress) peer.close('too-many-from-address');
    else if (this.#peers.size > maxConnections) this.#makeRoomFor(peer);
    else if (!peer.isOutgoing && this.#incoming > this.#maxIncoming) this.#makeRoomFor(peer);
  }

  /** Whoever comes to us takes not all places: what is mirrored needs some, else nobody could be asked any more. */
  get #maxIncoming(): number {
    const { maxConnections, maxOutgoing } = this.#host.limits;
    return maxConnections - Math.min(maxOutgoing, Math.floor(maxConnections * KEPT_FRACTION));
  }

  /** Somebody who wants nothing makes room for somebody new, or else one who says that he does, and does not ask. */
  #makeRoomFor(peer: Peer): void {
    const nowMs = this.#host.clock.nowMs();
    const isBarren = (other: Peer): boolean => other.isInterested && this.#host.isBarren(other);
    const idle =
      this.#first((other) => other.isIdleAt(nowMs)) ??
      this.#first((other) => isBarren(other) && other.isIdleAt(nowMs, false));
    (idle ?? peer).close('too-many-connections');
  }

  #first(isIt: (peer: Peer) => boolean): Peer | undefined {
    for (const peer of this.#peers) if (isIt(peer)) return peer;
    return undefined;
  }
}

/** A peer's address and port for logs at debug level. */
export function peerText(peer: Peer): string {
  return `${formatAddress(peer.address)} port ${peer.port}`;
}

function listenError(host: string, port: number, cause: NodeJS.ErrnoException): SeederError {
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: 'it is in use by another program',
    EACCES: 'that takes rights which this program does not have',
    EADDRNOTAVAIL: 'this machine has no such address',
    ENOTFOUND: 'that host name is not known',
  };
  const why = reasons[cause.code ?? ''] ?? cause.message;
  return new SeederError('ERR_LISTEN', `cannot listen for peers on ${host} port ${port}: ${why}`, { cause });
}
