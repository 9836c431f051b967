import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import type { LocalGroup } from './local-groups.ts';

/** Sends to a group on one interface, and hears what is sent to it. */
export class LocalSocket {
  readonly group: LocalGroup;
  readonly #socket: Socket;
  #isClosed = false;

  private constructor(group: LocalGroup, socket: Socket) {
    this.group = group;
    this.#socket = socket;
  }

  /** @throws what the system says when the group cannot be joined there. */
  static async open(
    group: LocalGroup,
    onMessage: (bytes: Buffer, from: RemoteInfo) => void,
  ): Promise<LocalSocket> {
    const { family, address, port, via } = group;
    // Other clients on this machine listen on the same port.
    const socket = createSocket({
      type: family === 4 ? 'udp4' : 'udp6',
      reuseAddr: true,
      ipv6Only: family === 6,
    });
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once('error', reject);
        socket.bind(port, () => resolve());
      });
      socket.addMembership(address, via);
      socket.setMulticastInterface(via);
      socket.setMulticastLoopback(true); // they hear one another too
      socket.setMulticastTTL(1);
    } catch (error) {
      socket.close();
      throw error;
    }
    socket.removeAllListeners('error');
    socket.on('error', () => {}); // of one packet, or the interface is gone: nothing comes from there any more
    socket.on('message', onMessage);
    return new LocalSocket(group, socket);
  }

  /** Sends, or loses it. */
  send(bytes: Uint8Array): void {
    const { address, port } = this.group;
    if (!this.#isClosed) this.#socket.send(bytes, port, address, () => {});
  }

  close(): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    this.#isClosed = true;
    return new Promise((resolve) => this.#socket.close(() => resolve()));
  }
}
