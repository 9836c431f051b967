import type { Socket } from 'node:net';
import type { Endpoint } from '../../bittorrent/endpoint.ts';
import { type ProxyHeader, parseProxyHeader } from './proxy-protocol.ts';

/** What becomes of connections that come through a balancer. */
export interface ProxiedSocketsParts {
  /** A coarse clock, in milliseconds. */
  readonly nowMs: () => number;
  /** The header was read, and the client's own bytes come next; undefined: the balancer speaks for itself. */
  readonly onReady: (socket: Socket, client: Endpoint | undefined) => void;
  /** The connection began with something else, broke, or was too slow; it is closed. */
  readonly onFailure: (reason: 'wrong' | 'slow' | 'gone') => void;
}

interface Opening {
  bytes: Buffer;
  readonly sinceMs: number;
  readonly onData: (chunk: Buffer) => void;
  readonly onGone: () => void;
}

/** Connections whose PROXY header is still to come. How many there are is bounded by the server that accepts them. */
export class ProxiedSockets {
  readonly #parts: ProxiedSocketsParts;
  readonly #openings = new Map<Socket, Opening>();

  constructor(parts: ProxiedSocketsParts) {
    this.#parts = parts;
  }

  /** Headers that are waited for. */
  get size(): number {
    return this.#openings.size;
  }

  /** Waits for the header of a new connection. */
  add(socket: Socket): void {
    const opening: Opening = {
      bytes: Buffer.alloc(0),
      sinceMs: this.#parts.nowMs(),
      onData: (chunk) => this.#read(socket, opening, chunk),
      onGone: () => this.#fail(socket, 'gone'),
    };
    this.#openings.set(socket, opening);
    socket.on('data', opening.onData);
    for (const event of ['end', 'error', 'close']) socket.on(event, opening.onGone);
  }

  /** Closes those that have taken longer than `limitMs`. */
  sweep(limitMs: number): void {
    const until = this.#parts.nowMs() - limitMs;
    for (const [socket, { sinceMs }] of this.#openings) if (sinceMs < until) this.#fail(socket, 'slow');
  }

  /** Closes all: nothing was asked for yet. */
  close(): void {
    for (const socket of this.#openings.keys()) this.#fail(socket, 'gone');
  }

  #read(socket: Socket, opening: Opening, chunk: Buffer): void {
    opening.bytes = opening.bytes.length === 0 ? chunk : Buffer.concat([opening.bytes, chunk]);
    const header = parseProxyHeader(opening.bytes);
    if (header === 'incomplete') return; // not for long: what is longer than any header is wrong
    if (header === 'wrong') this.#fail(socket, 'wrong');
    else this.#pass(socket, opening.bytes, header);
  }

  #pass(socket: Socket, bytes: Buffer, { end, source }: ProxyHeader): void {
    this.#forget(socket);
    socket.pause();
    if (bytes.length > end) socket.unshift(bytes.subarray(end));
    this.#parts.onReady(socket, source);
  }

  #fail(socket: Socket, reason: 'wrong' | 'slow' | 'gone'): void {
    if (!this.#openings.has(socket)) return;
    this.#forget(socket);
    socket.on('error', () => {}); // it is closed for what it did before; what it does now is nobody's concern
    socket.destroy();
    this.#parts.onFailure(reason);
  }

  #forget(socket: Socket): void {
    const opening = this.#openings.get(socket);
    if (opening === undefined) return;
    this.#openings.delete(socket);
    socket.off('data', opening.onData);
    for (const event of ['end', 'error', 'close']) socket.off(event, opening.onGone);
  }
}
