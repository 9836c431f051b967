import type { RemoteInfo, Socket } from 'node:dgram';
import type { Logger } from 'pino';
import { writeUdpError } from '../../bittorrent/udp-response.ts';
import { UDP_ANNOUNCE, UDP_MAX_REPLY_BYTES } from '../../bittorrent/udp-tracker.ts';
import { type CommitGate, NOT_SAVED } from '../front-end/commit-gate.ts';
import type { FloodGate } from '../front-end/flood-gate.ts';
import { LimitedLog } from '../front-end/limited-log.ts';
import { UdpAnswerer, type UdpTracker } from './answerer.ts';
import { ConnectionIds } from './connection-id.ts';
import { ReplySlots } from './encode.ts';
import { DEFAULT_UDP_LIMITS, makeUdpCounters, type UdpCounters, type UdpLimits } from './limits.ts';
import { type LocalAddressFor, senderOf } from './parse.ts';
import { openSockets } from './sockets.ts';

/** What a {@link TrackerUdpServer} is made of. */
export interface TrackerUdpServerOptions {
  readonly core: UdpTracker;
  /** The address to listen on; left out or "::": all, IPv4 and IPv6. */
  readonly host?: string | undefined;
  /** 0 takes any free port. */
  readonly port: number;
  /** 16 secret bytes that make connection ids. Kept over restarts, clients notice nothing of one. */
  readonly key: Uint8Array;
  /** Where a client reached us, so that our own seed node can be handed out; left out: not known. */
  readonly localAddressFor?: LocalAddressFor;
  /** Unix seconds. */
  readonly clock?: () => number;
  /** Sheds what one sender sends beyond its share; left out: nothing is shed. */
  readonly gate?: FloodGate | undefined;
  /** Strict durability: announces are answered after their commit. */
  readonly commits?: CommitGate | undefined;
  readonly logger: Logger;
  readonly limits?: Partial<UdpLimits>;
}

/** The reply to a scrape of 74 swarms must fit. */
const MIN_REPLY_BYTES = 896;

/** The tracker's UDP port (BEP 15, BEP 41), for IPv4 and IPv6. */
export class TrackerUdpServer {
  readonly #options: TrackerUdpServerOptions;
  readonly #limits: UdpLimits;
  readonly #answerer: UdpAnswerer;
  readonly #counters: UdpCounters = makeUdpCounters();
  readonly #slots = new ReplySlots();
  readonly #localAddressFor: LocalAddressFor;
  /** One a family. */
  #sockets: readonly Socket[] = [];
  readonly #faultLog: LimitedLog;
  readonly #socketLog: LimitedLog;
  #stopping: Promise<void> | undefined;

  /** @throws {TypeError} for a key or limits that cannot be. */
  constructor(options: TrackerUdpServerOptions) {
    const limits = Object.freeze({ ...DEFAULT_UDP_LIMITS, ...options.limits });
    if (limits.maxReplyBytes < MIN_REPLY_BYTES || limits.maxReplyBytes > UDP_MAX_REPLY_BYTES)
      throw new TypeError(`maxReplyBytes must lie between ${MIN_REPLY_BYTES} and ${UDP_MAX_REPLY_BYTES}`);
    this.#options = options;
    const { logger } = options;
    this.#faultLog = new LimitedLog(logger, 'error', 'an announce or scrape over UDP could not be answered');
    this.#socketLog = new LimitedLog(logger, 'error', 'a UDP socket of the tracker reports an error');
    this.#limits = limits;
    this.#localAddressFor = options.localAddressFor ?? (() => undefined);
    this.#answerer = new UdpAnswerer({
      tracker: options.core,
      connections: new ConnectionIds({
        key: options.key,
        clock: options.clock ?? (() => Math.floor(Date.now() / 1000)),
        lifetimeSeconds: limits.connectionLifetimeSeconds,
        graceSeconds: limits.connectionGraceSeconds,
      }),
      limits,
      counters: this.#counters,
      gate: options.gate,
      commits: options.commits,
      onError: (err) => this.#faultLog.log({ err }),
    });
  }

  /** What was seen so far. */
  counters(): Readonly<UdpCounters> {
    return { ...this.#counters };
  }

  /** Listens. Rejects with the system's error, such as code EADDRINUSE or EACCES. */
  async start(): Promise<{ readonly port: number }> {
    const { host, port } = this.#options;
    this.#sockets = await openSockets({ host, port, limits: this.#limits });
    for (const socket of this.#sockets) {
      socket.on('error', (err) => this.#socketLog.log({ err }));
      socket.on('message', (packet, remote) => this.#receive(socket, packet, remote));
    }
    return { port: this.#sockets[0]?.address().port ?? port };
  }

  /** Stops listening. Idempotent. */
  stop(): Promise<void> {
    this.#stopping ??= this.#close();
    return this.#stopping;
  }

  async #close(): Promise<void> {
    const sockets = this.#sockets;
    this.#sockets = [];
    await Promise.all(sockets.map((socket) => new Promise<void>((resolve) => socket.close(resolve))));
  }

  #receive(socket: Socket, packet: Buffer, remote: RemoteInfo): void {
    const sender = senderOf(remote, this.#localAddressFor);
    if (sender === undefined) {
      this.#counters.droppedUnanswerable++;
      return;
    }
    const at = this.#slots.next(this.#queued, this.#limits.maxQueuedReplies);
    if (at < 0) {
      this.#counters.droppedQueueFull++;
      return;
    }
    const { out } = this.#slots;
    const end = this.#answerer.answer(packet, sender, out, at);
    if (end === at || this.#sockets.length === 0) return;
    const { commits } = this.#options;
    if (commits !== undefined && out.readUInt32BE(at) === UDP_ANNOUNCE) {
      void this.#sendCommitted(socket, commits, Buffer.from(out.subarray(at, end)), remote);
      return;
    }
    this.#slots.taken();
    socket.send(out, at, end - at, remote.port, remote.address, this.#onSent);
  }

  /** Replies that the system has not taken yet. */
  readonly #queued = (): number => this.#sockets.reduce((sum, socket) => sum + socket.getSendQueueCount(), 0);

  /** The bytes are a copy: many other replies are written before the commit. */
  async #sendCommitted(
    socket: Socket,
    commits: CommitGate,
    reply: Buffer,
    { port, address }: RemoteInfo,
  ): Promise<void> {
    const isSaved = await commits.pass(reply.length);
    if (!isSaved) this.#counters.failures++;
    if (this.#sockets.includes(socket))
      socket.send(isSaved ? reply : errorFor(reply), port, address, this.#onSent);
  }

  readonly #onSent = (error: Error | null): void => {
    if (error !== null) this.#counters.sendErrors++;
  };
}

/** The error that stands in the place of a reply, with the same transaction id. */
function errorFor(reply: Buffer): Buffer {
  const error = Buffer.alloc(UDP_MAX_REPLY_BYTES);
  return error.subarray(0, writeUdpError(error, 0, reply.readUInt32BE(4), NOT_SAVED.reason));
}
