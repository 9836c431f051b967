import type { Socket } from 'node:net';
import { createServer, type SecureContextOptions, type Server, type TLSSocket } from 'node:tls';
import type { Endpoint } from '../../bittorrent/endpoint.ts';

/** What becomes of connections that begin with a TLS handshake. */
export interface TlsHandshakesParts {
  readonly certificate: SecureContextOptions;
  /** Handshakes at once; more connections are closed. */
  readonly maxHandshakes: number;
  readonly timeoutMs: number;
  /** The handshake is done: what the client says comes next. */
  readonly onReady: (socket: TLSSocket, client: Endpoint | undefined) => void;
  /** The handshake failed, was too slow, or found no room; the connection is closed. */
  readonly onFailure: (reason: 'failed' | 'full') => void;
}

interface Handshake {
  readonly socket: Socket;
  /** The client, when a balancer has named it. */
  readonly client: Endpoint | undefined;
}

/** TLS in front of HTTP: 1.2 or later, and HTTP/1.1 only. */
export class TlsHandshakes {
  readonly #parts: TlsHandshakesParts;
  readonly #server: Server;
  /** Connections whose handshake is under way, by their ends. */
  readonly #pending = new Map<string, Handshake>();

  /** @throws the system's error when the certificate cannot be used. */
  constructor(parts: TlsHandshakesParts) {
    this.#parts = parts;
    this.#server = createServer({
      ...contextOf(parts.certificate),
      handshakeTimeout: parts.timeoutMs,
      ALPNProtocols: ['http/1.1'],
    });
    this.#server.on('secureConnection', (socket) => this.#finish(socket));
    this.#server.on('tlsClientError', (_error, socket) => {
      socket.destroy(); // node:tls leaves one whose time has run out open
      parts.onFailure('failed');
    });
  }

  /** Handshakes under way. */
  get size(): number {
    return this.#pending.size;
  }

  /** From now on, connections get this certificate. @throws the system's error when it cannot be used; the old one stays. */
  setCertificate(certificate: SecureContextOptions): void {
    this.#server.setSecureContext(contextOf(certificate));
  }

  /** Begins the handshake of a connection. */
  add(socket: Socket, client: Endpoint | undefined): void {
    const ends = endsOf(socket);
    if (ends === undefined || this.#pending.size >= this.#parts.maxHandshakes) {
      socket.on('error', () => {}); // it is closed unheard
      socket.destroy();
      this.#parts.onFailure(ends === undefined ? 'failed' : 'full');
      return;
    }
    this.#pending.set(ends, { socket, client });
    socket.once('close', () => {
      if (this.#pending.get(ends)?.socket === socket) this.#pending.delete(ends);
    });
    socket.allowHalfOpen = false; // who leaves during the handshake is gone
    this.#server.emit('connection', socket);
  }

  /** Closes all whose handshake is under way. */
  close(): void {
    for (const { socket } of this.#pending.values()) socket.destroy();
  }

  #finish(socket: TLSSocket): void {
    const ends = endsOf(socket);
    const handshake = ends === undefined ? undefined : this.#pending.get(ends);
    if (ends === undefined || handshake === undefined) {
      socket.destroy(); // gone already
      return;
    }
    this.#pending.delete(ends);
    socket.allowHalfOpen = true; // who has asked may close his side, and is answered
    this.#parts.onReady(socket, handshake.client);
  }
}

/** The ends of a connection, which are those of no other; undefined when it is gone. node:tls does not tell which socket it wrapped. */
function endsOf({ remoteAddress, remotePort, localAddress }: Socket): string | undefined {
  return remoteAddress === undefined ? undefined : `${remoteAddress} ${remotePort} ${localAddress}`;
}

function contextOf(certificate: SecureContextOptions): SecureContextOptions {
  return { ...certificate, minVersion: 'TLSv1.2' };
}
