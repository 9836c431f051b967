import type { RemoteInfo, Socket } from 'node:dgram';
import { EventEmitter } from 'node:events';
import { type Address, parseAddress } from '../../../bittorrent/endpoint.ts';
import { canKnow, isBelievable } from '../believable.ts';
import type { DiscoveryCounters } from '../counters.ts';
import { MessageAllowance } from '../message-allowance.ts';
import { encodeUnknownMethod, readDhtMessage, rewrittenAnswer } from './dht-message.ts';

/** Packets that are looked at, and queries that are answered; more are passed over, as if they had been lost. */
const PACKETS = { max: 4000, perSecond: 2000 };
const QUERIES = { max: 500, perSecond: 250 };

/** Of a dictionary whose last member is `y`, and that `r`. */
const ANSWER_END = Buffer.from('1:y1:re');

/** What the socket works with. */
export interface GuardedSocketOptions {
  /** It is bound already. */
  readonly socket: Socket;
  readonly nowMs: () => number;
  readonly counters: DiscoveryCounters;
  readonly onInternalError: (error: unknown) => void;
}

/**
 * The socket that the package is given in place of its own. Every message that comes is read, checked and written anew before the package
 * sees it, since the package takes members of any type, and throws out of the event; what it throws all the same ends here. Answers to
 * strangers name no addresses of networks of ours.
 */
export class GuardedSocket extends EventEmitter {
  readonly #options: GuardedSocketOptions;
  readonly #socket: Socket;
  readonly #packets: MessageAllowance;
  readonly #queries: MessageAllowance;
  #isClosed = false;

  constructor(options: GuardedSocketOptions) {
    super();
    this.#options = options;
    this.#socket = options.socket;
    this.#packets = new MessageAllowance(PACKETS, options.nowMs());
    this.#queries = new MessageAllowance(QUERIES, options.nowMs());
    this.#socket.on('message', (bytes, from) => this.#received(bytes, from));
    this.#socket.on('error', () => {}); // of one packet; the next may get through
    this.#socket.on('close', () => this.emit('close'));
  }

  /** The package asks for it when it is to listen; the socket does so already. */
  bind(): void {
    process.nextTick(() => this.emit('listening'));
  }

  address(): ReturnType<Socket['address']> {
    return this.#socket.address();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.close();
  }

  /** Sends a packet, or loses it: that is all that UDP promises. */
  send(
    bytes: Uint8Array,
    _offset: number,
    _length: number,
    port: number,
    host: string,
    sent: () => void,
  ): void {
    const address = parseAddress(host);
    if (this.#isClosed || address === undefined || !(port > 0 && port <= 65535)) return sent();
    const packet = isAnswer(bytes) ? answerFor(address, bytes) : bytes;
    if (packet === undefined) return sent();
    this.#socket.send(packet, port, host, () => sent());
  }

  #received(bytes: Buffer, from: RemoteInfo): void {
    const { counters, onInternalError, nowMs } = this.#options;
    counters.dhtMessagesReceived++;
    if (!this.#packets.take(nowMs())) return this.#refuse();
    const address = parseAddress(from.address);
    if (address === undefined || !isBelievable(address, { address, port: from.port })) return this.#refuse();
    const message = readDhtMessage(bytes, (endpoint) => isBelievable(address, endpoint));
    if (message === undefined) return this.#refuse();
    if (message.kind === 'query' && !this.#queries.take(nowMs())) return this.#refuse();
    if (message.kind === 'query' && message.method === undefined) {
      this.#socket.send(encodeUnknownMethod(message.transaction), from.port, from.address, () => {});
      return;
    }
    try {
      this.emit('message', message.bytes, from);
    } catch (error) {
      onInternalError(error);
    }
  }

  #refuse(): void {
    this.#options.counters.dhtMessagesRefused++;
  }
}

/** Whether the package's own packet is an answer; its dictionaries are sorted, so `y` stands last. */
function isAnswer(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(-ANSWER_END.length)).equals(ANSWER_END);
}

/** The answer without nodes and peers that mean nothing to whoever asked. */
function answerFor(address: Address, bytes: Uint8Array): Uint8Array | undefined {
  return rewrittenAnswer(bytes, (endpoint) => canKnow(address, endpoint.address));
}
