import type { Server as HttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import type { Logger } from 'pino';
import { isPrivateAddress } from '../../bittorrent/endpoint.ts';
import type { CommitGate } from '../front-end/commit-gate.ts';
import type { FloodGate } from '../front-end/flood-gate.ts';
import { LimitedLog } from '../front-end/limited-log.ts';
import { SocketsPerAddress } from '../front-end/sockets-per-address.ts';
import { TrustedProxies } from '../front-end/trusted-proxies.ts';
import type { HttpTracker } from './answer.ts';
import { Answerer } from './answerer.ts';
import { type ConnectionHost, TrackerConnection } from './connection.ts';
import { DEFAULT_HTTP_LIMITS, type HttpCounters, type HttpLimits, makeHttpCounters } from './limits.ts';
import { Openings } from './openings.ts';
import { SocketEnds } from './socket-ends.ts';

/** What a {@link TrackerHttpServer} is made of. */
export interface TrackerHttpServerOptions {
  readonly core: HttpTracker;
  /** Gets every connection that wants something else than a plain announce or scrape. It must not listen itself. */
  readonly fallback: HttpServer;
  /** The address to listen on; left out or "::": all, IPv4 and IPv6. */
  readonly host?: string | undefined;
  /** 0 takes any free port. */
  readonly port: number;
  /** Networks of reverse proxies whose X-Forwarded-For header counts. */
  readonly trustedProxies?: readonly string[];
  /** Networks of balancers whose connections begin with a header of the PROXY protocol, version 1 or 2. */
  readonly proxyProtocol?: readonly string[];
  /** Certificate and key: the port speaks HTTPS then, and nothing else. */
  readonly certificate?: SecureContextOptions | undefined;
  /** Sheds what one sender sends beyond its share; left out: nothing is shed. */
  readonly gate?: FloodGate | undefined;
  /** Strict durability: announces are answered after their commit. */
  readonly commits?: CommitGate | undefined;
  readonly logger: Logger;
  readonly limits?: Partial<HttpLimits>;
  /** Where to count; given to a trackerRouter behind the fallback as well, what that one answers is counted too. */
  readonly counters?: HttpCounters;
}

/** How often connections are looked at for being overdue: at least, and at most. */
const MAX_SWEEP_MS = 1000;
const MIN_SWEEP_MS = 20;
/** Connections that wait for us to accept them. */
const BACKLOG = 4096;

/**
 * The tracker's public port (BEP 3, 7, 23, 24, 31, 48). Announces and scrapes are answered straight from the socket's bytes,
 * with two thirds of the work of node:http; any other connection goes on at the fallback server, on the same port.
 */
export class TrackerHttpServer implements ConnectionHost {
  readonly answerer: Answerer;
  readonly limits: HttpLimits;
  readonly commits: CommitGate | undefined;
  readonly #options: TrackerHttpServerOptions;
  readonly #server: Server;
  readonly #proxies: TrustedProxies;
  readonly #perAddress: SocketsPerAddress;
  readonly #connections = new Set<TrackerConnection>();
  /** Undefined when requests come at once. */
  readonly #openings: Openings | undefined;
  /** Sockets at the fallback server. */
  readonly #others = new Set<Socket>();
  readonly #counters: HttpCounters;
  #sweeper: NodeJS.Timeout | undefined;
  #nowMs = performance.now();
  readonly #faultLog: LimitedLog;
  #stopping: Promise<void> | undefined;

  /**
   * @throws {TypeError} when a trusted proxy or balancer is no network.
   * @throws the system's error when the certificate cannot be used.
   */
  constructor(options: TrackerHttpServerOptions) {
    this.#options = options;
    this.#counters = options.counters ?? makeHttpCounters();
    this.#faultLog = new LimitedLog(options.logger, 'error', 'an announce or scrape could not be answered');
    this.limits = Object.freeze({ ...DEFAULT_HTTP_LIMITS, ...options.limits });
    this.commits = options.commits;
    const proxies = new TrustedProxies(options.trustedProxies);
    this.#proxies = proxies;
    this.#perAddress = new SocketsPerAddress(this.limits.maxConnectionsPerAddress);
    this.answerer = new Answerer({
      tracker: options.core,
      proxies,
      counters: this.#counters,
      gate: options.gate,
      onError: (err) => this.#faultLog.log({ err }),
    });
    this.#openings = this.#makeOpenings(proxies);
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#accept(socket));
    this.#server.maxConnections = this.limits.maxConnections;
    this.#server.on('drop', () => {
      this.#counters.droppedFull++;
    });
  }

  get isStopping(): boolean {
    return this.#stopping !== undefined;
  }

  /** What was seen so far. */
  counters(): Readonly<HttpCounters> {
    return { ...this.#counters };
  }

  /** Connections now, those at the fallback server included. */
  get openConnections(): number {
    return this.#connections.size + this.#others.size + (this.#openings?.size ?? 0);
  }

  /** From now on, connections get this certificate. @throws the system's error when it cannot be used; the old one stays. */
  setCertificate(certificate: SecureContextOptions): void {
    this.#openings?.setCertificate(certificate);
  }

  /** Listens. Rejects with the system's error, such as code EADDRINUSE or EACCES. */
  async start(): Promise<{ readonly port: number }> {
    const { host, port, fallback } = this.#options;
    // Left out, Node takes all addresses of both families, or of IPv4 on a machine that has no IPv6; "::" would fail there.
    const where = host === undefined || host === '::' ? {} : { host };
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ port, backlog: BACKLOG, ...where }, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    this.#server.on('error', (err) =>
      this.#options.logger.warn({ err }, 'a connection could not be accepted'),
    );
    // Until it "listens", node:http does not watch over its header and request timeouts.
    fallback.emit('listening');
    this.#sweeper = setInterval(() => this.#sweep(), sweepIntervalMs(this.limits));
    this.#sweeper.unref();
    return { port: (this.#server.address() as AddressInfo).port }; // it listens on a port, not on a pipe
  }

  /** Stops listening, finishes what is under way, and closes every connection within the limit. Idempotent. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  handOver(connection: TrackerConnection, bytes: Buffer): void {
    const { socket } = connection;
    this.#connections.delete(connection);
    connection.detach();
    this.#counters.handedOver++;
    this.#others.add(socket);
    socket.once('close', () => this.#others.delete(socket));
    socket.unshift(bytes);
    this.#options.fallback.emit('connection', socket);
    socket.resume();
  }

  onGone(connection: TrackerConnection, error: Error | undefined): void {
    if (error !== undefined) this.#counters.socketErrors++;
    this.#connections.delete(connection);
  }

  #makeOpenings(proxies: TrustedProxies): Openings | undefined {
    const { proxyProtocol = [], certificate, gate, logger } = this.#options;
    if (proxyProtocol.length === 0 && certificate === undefined) return undefined;
    return new Openings({
      balancers: new TrustedProxies(proxyProtocol),
      certificate,
      admits: (address) => gate === undefined || gate.admits(address) || proxies.isTrusted(address),
      limits: this.limits,
      counters: this.#counters,
      nowMs: () => this.#nowMs,
      logger,
      onReady: (socket) => this.#open(socket),
    });
  }

  #accept(socket: Socket): void {
    this.#counters.connections++;
    if (this.#openings === undefined) this.#open(socket);
    else this.#openings.add(socket);
  }

  #open(socket: Socket): void {
    const ends = new SocketEnds(socket);
    if (this.#hasRoomFor(socket, ends)) this.#connections.add(new TrackerConnection(socket, ends, this));
    else socket.destroy();
  }

  /** One address must not take the places of all others. */
  #hasRoomFor(socket: Socket, ends: SocketEnds): boolean {
    if (ends.isGone || isPrivateAddress(ends.source) || this.#proxies.isTrusted(ends.source)) return true;
    const { source } = ends;
    if (!this.#perAddress.enter(source)) {
      this.#counters.droppedAddressFull++;
      return false;
    }
    socket.once('close', () => this.#perAddress.leave(source));
    return true;
  }

  /** One timer for all connections: a timer for each would cost more than the answers. */
  #sweep(): void {
    this.#nowMs = performance.now();
    this.#openings?.sweep();
    for (const connection of this.#connections) {
      const reason = connection.overdue(this.#nowMs);
      if (reason === undefined) continue;
      if (reason === 'idle') this.#counters.droppedIdle++;
      else if (reason === 'slow') this.#counters.droppedSlow++;
      else this.#counters.droppedUnread++;
      connection.socket.destroy();
    }
  }

  async #stop(): Promise<void> {
    const { fallback } = this.#options;
    const closed = new Promise<void>((resolve) => {
      if (this.#server.listening) this.#server.close(() => resolve());
      else resolve();
    });
    for (const connection of this.#connections) connection.close();
    this.#openings?.close();
    fallback.closeIdleConnections();
    const deadline = setTimeout(() => this.#destroyAll(), this.limits.stopTimeoutMs);
    // A connection that was under way at the fallback may fall idle later.
    const idle = setInterval(() => fallback.closeIdleConnections(), 50);
    await closed;
    clearTimeout(deadline);
    clearInterval(idle);
    clearInterval(this.#sweeper);
    fallback.close();
    this.#connections.clear(); // closed, though some have still to say so
    this.#others.clear();
  }

  #destroyAll(): void {
    for (const connection of this.#connections) connection.socket.destroy();
    for (const socket of this.#others) socket.destroy();
  }
}

/** A quarter of the shortest time limit, so that none is overstepped by much. */
function sweepIntervalMs({ idleTimeoutMs, headTimeoutMs, writeTimeoutMs }: HttpLimits): number {
  const shortest = Math.min(idleTimeoutMs, headTimeoutMs, writeTimeoutMs);
  return Math.max(MIN_SWEEP_MS, Math.min(MAX_SWEEP_MS, shortest / 4));
}
