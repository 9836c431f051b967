import type { Server as HttpServer, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import type { CommitGate } from '../front-end/commit-gate.ts';
import type { FloodGate } from '../front-end/flood-gate.ts';
import { LimitedLog } from '../front-end/limited-log.ts';
import { SocketsPerAddress } from '../front-end/sockets-per-address.ts';
import { TrustedProxies } from '../front-end/trusted-proxies.ts';
import { WsAnswerer, type WsTracker } from './answerer.ts';
import { WsConnection } from './connection.ts';
import { DEFAULT_WS_LIMITS, makeWsCounters, type WsCounters, type WsLimits } from './limits.ts';
import { parseWsPath, sourceOf, textOf, type WsSender } from './parse.ts';
import { refuseHandshake } from './refuse-handshake.ts';

/** What a {@link TrackerWsServer} is made of. */
export interface TrackerWsServerOptions {
  readonly core: WsTracker;
  /** Networks of reverse proxies whose X-Forwarded-For header counts. */
  readonly trustedProxies?: readonly string[];
  /** Sheds what one address sends beyond its share; left out: nothing is shed. */
  readonly gate?: FloodGate | undefined;
  /** Holds answers to announces back until they are saved; left out: they go out at once. */
  readonly commits?: CommitGate | undefined;
  readonly logger: Logger;
  readonly limits?: Partial<WsLimits>;
}

/** How often sockets are looked at. */
const TEND_EVERY_MS = 1000;
/** RFC 6455, 7.4.1: the server goes down. */
const GOING_AWAY = 1001;
const SOCKET_NUMBERS = 0x1_0000_0000;

/** What one message may be cut into. Browsers send a message in one piece, which comes in some fifty of TCP. */
const MAX_FRAGMENTS = 64;
const MAX_CHUNKS = 4096;

/** The tracker over WebSockets (WebTorrent's protocol), on the port of an HTTP server. */
export class TrackerWsServer {
  readonly #core: WsTracker;
  readonly #limits: WsLimits;
  readonly #proxies: TrustedProxies;
  readonly #gate: FloodGate | undefined;
  readonly #answerer: WsAnswerer;
  readonly #counters: WsCounters = makeWsCounters();
  readonly #connections = new Map<number, WsConnection>();
  readonly #sockets = new Set<WebSocket>();
  readonly #perAddress: SocketsPerAddress;
  readonly #ws: WebSocketServer;
  #lastNumber = 0;
  #tendedAtMs = performance.now();
  #http: HttpServer | undefined;
  #tending: NodeJS.Timeout | undefined;
  #stopping: Promise<void> | undefined;

  /** @throws {TypeError} when a trusted proxy is no network. */
  constructor({ core, trustedProxies, gate, commits, logger, limits }: TrackerWsServerOptions) {
    const faultLog = new LimitedLog(logger, 'error', 'a message over a WebSocket could not be answered');
    this.#core = core;
    this.#limits = Object.freeze({ ...DEFAULT_WS_LIMITS, ...limits });
    this.#proxies = new TrustedProxies(trustedProxies);
    this.#gate = gate;
    this.#perAddress = new SocketsPerAddress(this.#limits.maxSocketsPerAddress);
    this.#answerer = new WsAnswerer({
      tracker: core,
      commits,
      limits: this.#limits,
      counters: this.#counters,
      connections: this.#connections,
      nowMs: () => performance.now(),
      onError: (err) => faultLog.log({ err }),
    });
    this.#ws = new WebSocketServer(this.#wsOptions());
    this.#ws.on('wsClientError', (_error, socket) => {
      this.#counters.refusedHandshake++;
      refuseHandshake(socket, 400, 'this is no WebSocket handshake');
    });
  }

  /** What was seen so far. */
  counters(): Readonly<WsCounters> {
    return { ...this.#counters };
  }

  /** Sockets now. */
  get openSockets(): number {
    return this.#connections.size;
  }

  /** Takes the upgrades of an HTTP server from now on. */
  start(http: HttpServer): void {
    this.#http = http;
    http.on('upgrade', this.#onUpgrade);
    this.#tending = setInterval(() => this.#tend(), TEND_EVERY_MS);
    this.#tending.unref();
  }

  /** Takes no more upgrades, and closes every socket within the limit. Idempotent. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  #wsOptions(): ServerOptions {
    const bounds = {
      maxFragments: MAX_FRAGMENTS,
      maxBufferedChunks: MAX_CHUNKS,
      closeTimeout: this.#limits.closeTimeoutMs,
    };
    return {
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false, // it takes 300 KB a socket, for messages of 5
      maxPayload: this.#limits.maxMessageBytes,
      ...bounds, // not in the types yet
    };
  }

  readonly #onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    socket.on('error', ignore); // a reset in mid-handshake; from then on the WebSocket listens
    const path = parseWsPath(request.url ?? '');
    const source = sourceOf(request, this.#proxies);
    if (source === undefined) return void socket.destroy(); // gone already
    if (path === undefined) {
      this.#counters.refusedPath++;
      return refuseHandshake(socket, 404, 'the tracker is at /announce');
    }
    if (this.#core.deniesAddress(source)) {
      this.#counters.refusedAddress++;
      return refuseHandshake(socket, 403, 'your address is not allowed here');
    }
    if (this.#gate?.admits(source) === false) {
      this.#counters.shedFlood++;
      return refuseHandshake(socket, 429, 'too many connections from your address: try again later');
    }
    if (this.#stopping !== undefined || this.#connections.size >= this.#limits.maxSockets) {
      this.#counters.refusedFull++;
      return refuseHandshake(socket, 503, 'too many connections: try again later');
    }
    if (!this.#perAddress.enter(source)) {
      this.#counters.refusedAddressFull++;
      return refuseHandshake(socket, 429, 'too many connections from your address');
    }
    socket.once('close', () => this.#perAddress.leave(source));
    this.#ws.handleUpgrade(request, socket, head, (webSocket) => {
      socket.off('error', ignore);
      const number = this.#nextNumber();
      this.#accept(webSocket, {
        source,
        localAddress: undefined,
        protocol: 'ws',
        passkey: path.passkey,
        webSocket: number,
      });
    });
  };

  #accept(socket: WebSocket, sender: WsSender): void {
    const { webSocket: number } = sender;
    const connection = new WsConnection({
      socket,
      sender,
      limits: this.#limits,
      counters: this.#counters,
      nowMs: performance.now(),
    });
    this.#counters.sockets++;
    this.#connections.set(number, connection);
    this.#sockets.add(socket);
    socket.on('message', (data: Buffer, isBinary) => this.#receive(connection, data, isBinary));
    socket.on('ping', () => connection.seen(performance.now()));
    socket.on('pong', () => connection.seen(performance.now()));
    socket.on('error', (error) => this.#countError(error));
    socket.once('close', () => {
      this.#sockets.delete(socket);
      this.#connections.delete(number);
      this.#answerer.leave(connection);
    });
  }

  #receive(connection: WsConnection, data: Buffer, isBinary: boolean): void {
    const nowMs = performance.now();
    connection.seen(nowMs);
    if (!connection.admits(nowMs)) return;
    if (this.#gate?.admits(connection.sender.source) === false) {
      this.#counters.shedFlood++; // counted silence, as over UDP
      return;
    }
    const text = textOf(data, isBinary);
    if (text === undefined) connection.closeNotUtf8();
    else this.#answerer.answer(text, connection);
  }

  /** The library has closed the socket already, with the right code. */
  #countError(error: Error & { readonly code?: string }): void {
    if (error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') this.#counters.closedTooLong++;
    else if (error.code === 'WS_ERR_INVALID_UTF8') this.#counters.closedNotUtf8++;
    else if (error.code?.startsWith('WS_ERR') === true) this.#counters.closedProtocol++;
    else this.#counters.socketErrors++;
  }

  /** A number that no open socket has. */
  #nextNumber(): number {
    do this.#lastNumber = (this.#lastNumber + 1) % SOCKET_NUMBERS;
    while (this.#connections.has(this.#lastNumber));
    return this.#lastNumber;
  }

  #tend(): void {
    const nowMs = performance.now();
    // When we have stood still, signs of life may lie unread.
    const isLate = nowMs - this.#tendedAtMs > 2 * TEND_EVERY_MS;
    this.#tendedAtMs = nowMs;
    for (const connection of this.#connections.values()) {
      if (this.#core.deniesAddress(connection.sender.source)) connection.closeDenied();
      connection.tend(nowMs, isLate);
    }
  }

  async #stop(): Promise<void> {
    this.#http?.off('upgrade', this.#onUpgrade);
    clearInterval(this.#tending);
    const closed = [...this.#sockets].map(
      (socket) => new Promise<void>((resolve) => void socket.once('close', () => resolve())),
    );
    for (const socket of this.#sockets) {
      socket.resume();
      socket.close(GOING_AWAY, 'the tracker stops');
    }
    const deadline = setTimeout(() => {
      for (const socket of this.#sockets) socket.terminate();
    }, this.#limits.closeTimeoutMs);
    await Promise.all(closed);
    clearTimeout(deadline);
    this.#ws.close();
  }
}

function ignore(): void {}
