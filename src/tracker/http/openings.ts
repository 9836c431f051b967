import type { Socket } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import type { Logger } from 'pino';
import type { Address, Endpoint } from '../../bittorrent/endpoint.ts';
import { LimitedLog } from '../front-end/limited-log.ts';
import { socketAddress } from '../front-end/socket-address.ts';
import type { TrustedProxies } from '../front-end/trusted-proxies.ts';
import { setClientAddress } from './client-address.ts';
import type { HttpCounters, HttpLimits } from './limits.ts';
import { ProxiedSockets } from './proxied-sockets.ts';
import { TlsHandshakes } from './tls-handshakes.ts';

/** What stands between a new connection and its first request. */
export interface OpeningsParts {
  /** Balancers whose connections begin with a PROXY header. */
  readonly balancers: TrustedProxies;
  /** Undefined: no TLS. */
  readonly certificate: SecureContextOptions | undefined;
  /** Whether another handshake of a sender is taken: one costs as much as many announces. */
  readonly admits: (address: Address) => boolean;
  readonly limits: HttpLimits;
  readonly counters: HttpCounters;
  /** A coarse clock, in milliseconds. */
  readonly nowMs: () => number;
  readonly logger: Pick<Logger, 'warn' | 'error'>;
  /** Requests come next; the socket tells the client's address. */
  readonly onReady: (socket: Socket) => void;
}

const UNPROXIED =
  'a connection from a network of --proxy-protocol did not begin with a PROXY header: have the balancer send it (haproxy: send-proxy-v2)';

/** Connections that have still to say who they are (PROXY protocol), to agree on their secrets (TLS), or both in this order. */
export class Openings {
  readonly #parts: OpeningsParts;
  readonly #proxied: ProxiedSockets;
  readonly #handshakes: TlsHandshakes | undefined;
  readonly #unproxiedLog: LimitedLog;

  /** @throws the system's error when the certificate cannot be used. */
  constructor(parts: OpeningsParts) {
    const { certificate, counters, limits, nowMs } = parts;
    this.#parts = parts;
    this.#unproxiedLog = new LimitedLog(parts.logger, 'warn', UNPROXIED);
    this.#proxied = new ProxiedSockets({
      nowMs,
      onReady: (socket, client) => this.#secure(socket, client, client?.address),
      onFailure: (reason) => this.#refuseUnproxied(reason),
    });
    if (certificate === undefined) return;
    this.#handshakes = new TlsHandshakes({
      certificate,
      maxHandshakes: limits.maxHandshakes,
      timeoutMs: limits.headTimeoutMs,
      onReady: (socket, client) => this.#finish(socket, client),
      onFailure: (reason) => {
        if (reason === 'full') counters.droppedHandshakes++;
        else counters.droppedFailedHandshakes++;
      },
    });
  }

  /** Connections under way. */
  get size(): number {
    return this.#proxied.size + (this.#handshakes?.size ?? 0);
  }

  /** Begins with a new connection. */
  add(socket: Socket): void {
    const address = socketAddress(socket.remoteAddress);
    if (address !== undefined && this.#parts.balancers.isTrusted(address)) this.#proxied.add(socket);
    else this.#secure(socket, undefined, address);
  }

  /** See TlsHandshakes. */
  setCertificate(certificate: SecureContextOptions): void {
    this.#handshakes?.setCertificate(certificate);
  }

  /** Closes those that are too slow; node:tls watches over handshakes itself. */
  sweep(): void {
    this.#proxied.sweep(this.#parts.limits.headTimeoutMs);
  }

  /** Closes all: nothing was asked for yet. */
  close(): void {
    this.#proxied.close();
    this.#handshakes?.close();
  }

  /** `source`: whose handshake it would be; undefined for a balancer itself. */
  #secure(socket: Socket, client: Endpoint | undefined, source: Address | undefined): void {
    if (this.#handshakes === undefined) this.#finish(socket, client);
    else if (source === undefined || this.#parts.admits(source)) this.#handshakes.add(socket, client);
    else {
      this.#parts.counters.shedFlood++;
      socket.on('error', () => {}); // it is closed unheard
      socket.destroy();
    }
  }

  #finish(socket: Socket, client: Endpoint | undefined): void {
    if (client !== undefined) setClientAddress(socket, client);
    this.#parts.onReady(socket);
    socket.resume(); // it was paused where the header ended
  }

  #refuseUnproxied(reason: 'wrong' | 'slow' | 'gone'): void {
    if (reason === 'gone') return; // health checks open a connection and close it
    this.#parts.counters.droppedUnproxied++;
    this.#unproxiedLog.log({ reason });
  }
}
