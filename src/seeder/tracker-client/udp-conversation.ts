import { createSocket, type Socket } from 'node:dgram';
import {
  type Address,
  type AddressFamily,
  type Endpoint,
  familyOf,
  formatAddress,
  parseAddress,
} from '../../bittorrent/endpoint.ts';
import { decodeUdpReply, type UdpReply } from '../../bittorrent/udp-response.ts';
import { TrackerClientError } from './tracker-client-error.ts';

/** The largest reply that is read: no tracker sends more than some hundred peers. */
const MAX_REPLY_BYTES = 16 * 1024;

/** What is asked of a {@link UdpConversation}. */
export interface UdpQuestion {
  readonly packet: Buffer;
  readonly transactionId: number;
  /** The reply that is awaited; an error is always taken. */
  readonly kind: UdpReply['kind'];
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** A socket that is connected to one tracker: the system lets nobody else's packets through, and tells when nobody listens there. */
export class UdpConversation {
  readonly remote: Endpoint;
  readonly #socket: Socket;
  readonly #family: AddressFamily;
  #bytesSent = 0;
  #bytesReceived = 0;
  /** The last packet that was taken. */
  #body: Buffer = Buffer.alloc(0);

  private constructor(socket: Socket, remote: Endpoint) {
    this.#socket = socket;
    this.remote = remote;
    this.#family = familyOf(remote.address);
    socket.on('error', () => {}); // one that comes while nothing is awaited
  }

  /** Opens a socket from any free port. Rejects with the system's error. */
  static open(remote: Endpoint): Promise<UdpConversation> {
    const socket = createSocket(familyOf(remote.address) === 4 ? 'udp4' : 'udp6');
    return new Promise((resolve, reject) => {
      const fail = (error: unknown): void => {
        socket.close();
        reject(error);
      };
      socket.once('error', fail);
      socket.connect(remote.port, formatAddress(remote.address), () => {
        socket.off('error', fail);
        resolve(new UdpConversation(socket, remote));
      });
    });
  }

  /** From which of our addresses we speak. */
  get local(): Address | undefined {
    return parseAddress(this.#socket.address().address);
  }

  get counts(): { readonly bytesSent: number; readonly bytesReceived: number; readonly body: Uint8Array } {
    return { bytesSent: this.#bytesSent, bytesReceived: this.#bytesReceived, body: this.#body };
  }

  /**
   * Sends a packet and waits for its reply; packets that are none are passed over. Undefined when none came in time.
   * @throws the system's error, ECONNREFUSED when nobody listens; the signal's reason; {@link ProtocolError} for a reply to us that
   * cannot be read; {@link TrackerClientError} ERR_TOO_LARGE.
   */
  async ask({ packet, transactionId, kind, timeoutMs, signal }: UdpQuestion): Promise<UdpReply | undefined> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<UdpReply | undefined>();
    const timer = setTimeout(resolve, timeoutMs, undefined);
    const abort = (): void => reject(signal.reason);
    const receive = (reply: Buffer): void => {
      try {
        const taken = this.#read(reply, transactionId, kind);
        if (taken !== undefined) resolve(taken);
      } catch (error) {
        reject(error);
      }
    };
    signal.addEventListener('abort', abort);
    this.#socket.on('message', receive).on('error', reject);
    try {
      this.#bytesSent += packet.length;
      this.#socket.send(packet, (error) => void (error && reject(error)));
      return await promise;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      this.#socket.off('message', receive).off('error', reject);
    }
  }

  /** The reply when this packet is the one that is awaited. BEP 15: another transaction id is another's. */
  #read(packet: Buffer, transactionId: number, kind: UdpReply['kind']): UdpReply | undefined {
    this.#bytesReceived += packet.length;
    if (packet.length < 8 || packet.readUInt32BE(4) !== transactionId) return undefined;
    if (packet.length > MAX_REPLY_BYTES)
      throw new TrackerClientError('ERR_TOO_LARGE', `its answer is larger than ${MAX_REPLY_BYTES} bytes`);
    const reply = decodeUdpReply(packet, this.#family);
    if (reply.kind !== kind && reply.kind !== 'error') return undefined; // a late answer to what was sent before
    this.#body = packet;
    return reply;
  }

  close(): void {
    this.#socket.close();
  }
}
