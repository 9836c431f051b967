import type { Socket } from 'node:net';
import { type Address, addressFromBytes } from '../../bittorrent/endpoint.ts';
import type { AnnounceContext } from '../announce-context.ts';
import { socketAddress } from '../front-end/socket-address.ts';

/** The ends of a connection, each looked up when it is first asked for: every look is a system call. */
export class SocketEnds implements AnnounceContext {
  readonly protocol = 'http';
  readonly #socket: Socket;
  #source: Address | undefined;
  #local: Address | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** The connection is gone already (a client that resets it after its request, for one), and nobody knows whose it was. */
  get isGone(): boolean {
    this.#source ??= socketAddress(this.#socket.remoteAddress);
    return this.#source === undefined;
  }

  /** The sender. The unspecified address when the connection is gone already. */
  get source(): Address {
    this.#source ??= socketAddress(this.#socket.remoteAddress) ?? addressFromBytes(new Uint8Array(4));
    return this.#source;
  }

  get localAddress(): Address | undefined {
    this.#local ??= socketAddress(this.#socket.localAddress);
    return this.#local;
  }
}
