import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { pino } from 'pino';
import { type ClientOptions, WebSocket } from 'ws';
import type { AnnounceRequest } from '../../../../src/bittorrent/announce-request.ts';
import type { InfoHash } from '../../../../src/bittorrent/info-hash.ts';
import { encodeWsAnnounce, encodeWsScrape, type WsOffer } from '../../../../src/bittorrent/ws-request.ts';
import { decodeWsReply, type WsReply } from '../../../../src/bittorrent/ws-response.ts';
import { TrackerCore } from '../../../../src/tracker/core.ts';
import { TrackerHttpServer, type TrackerHttpServerOptions } from '../../../../src/tracker/http/server.ts';
import type { TrackerCoreOptions } from '../../../../src/tracker/tracker-options.ts';
import { isWebSocketUpgrade } from '../../../../src/tracker/ws/parse.ts';
import { TrackerWsServer, type TrackerWsServerOptions } from '../../../../src/tracker/ws/server.ts';
import { withDeadline } from '../../../support/eventually.ts';
import { type CleanupOwner, cleanup } from '../../../support/scope.ts';
import { infoHash, peerId } from '../tracker-fixture.ts';

/** A WebSocket front end behind a fast path that listens on loopback. */
export interface WsFrontEnd {
  readonly core: TrackerCore;
  readonly server: TrackerWsServer;
  readonly port: number;
}

const logger = pino({ level: 'silent' });

/** Starts a front end; it stops with the test. */
export async function startWs(
  t: CleanupOwner,
  options: {
    core?: TrackerCoreOptions | TrackerCore;
    server?: Partial<TrackerWsServerOptions>;
    http?: Partial<TrackerHttpServerOptions>;
  } = {},
): Promise<WsFrontEnd> {
  const core =
    options.core instanceof TrackerCore
      ? options.core
      : new TrackerCore({ random: () => 0.5, ...options.core });
  if (!(options.core instanceof TrackerCore)) core.registerTorrent(infoHash(1), { completed: 0 });
  const fallback: Server = createServer({ shouldUpgradeCallback: isWebSocketUpgrade }, (_request, response) =>
    response.end('a page'),
  );
  const http = new TrackerHttpServer({ core, fallback, host: '127.0.0.1', port: 0, logger, ...options.http });
  const server = new TrackerWsServer({ core, logger, ...options.server });
  const { port } = await http.start();
  server.start(fallback);
  cleanup(t, async () => {
    await Promise.all([server.stop(), http.stop()]);
  });
  return { core, server, port };
}

/** An announce for the registered torrent, changed. */
export function announceOf(changes: Partial<AnnounceRequest> = {}): AnnounceRequest {
  return {
    infoHash: infoHash(1),
    peerId: peerId(1),
    port: 0,
    uploaded: 0,
    downloaded: 0,
    left: 1,
    event: 'none',
    numWant: undefined,
    key: 0,
    ip: undefined,
    compact: true,
    noPeerId: false,
    ...changes,
  };
}

/** Offers of one peer, told apart by `name`. */
export function offersOf(name: string, count = 1): WsOffer[] {
  return Array.from({ length: count }, (_, i) => ({
    offerId: `${name}-${i}`.padEnd(20, '.'),
    offer: { type: 'offer', sdp: `v=0 ${name} ${i}` },
  }));
}

/** A plain WebSocket that speaks with one tracker, as the library of WebTorrent does. */
export class WsClient {
  readonly socket: WebSocket;
  readonly received: WsReply[] = [];
  /** Messages as they came. */
  readonly texts: string[] = [];
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  #waiting: (() => void)[] = [];
  #taken = 0;

  constructor(t: CleanupOwner, url: string, options: ClientOptions = {}) {
    this.socket = new WebSocket(url, { perMessageDeflate: false, ...options });
    this.socket.on('message', (data) => {
      this.texts.push(String(data));
      this.received.push(decodeWsReply(String(data)));
      for (const wake of this.#waiting.splice(0)) wake();
    });
    this.socket.on('error', () => {}); // a refused handshake rejects open(), the rest tells `closed`
    this.closed = new Promise((resolve) => {
      this.socket.once('close', (code, reason) => resolve({ code, reason: String(reason) }));
    });
    cleanup(t, () => this.socket.terminate());
  }

  async open(): Promise<this> {
    await withDeadline('an open WebSocket', once(this.socket, 'open'));
    return this;
  }

  /** The next message that was not taken yet. */
  async next(): Promise<WsReply> {
    while (this.received.length <= this.#taken) {
      const more = new Promise<'more'>((resolve) => this.#waiting.push(() => resolve('more')));
      const closed = this.closed.then(() => 'closed' as const);
      if ((await withDeadline('a message', Promise.race([more, closed]))) === 'closed') break;
    }
    const reply = this.received[this.#taken++];
    if (reply === undefined) throw new Error('the socket closed');
    return reply;
  }

  /** The next message, which has to be of a kind. */
  async nextOf<K extends WsReply['kind']>(kind: K): Promise<Extract<WsReply, { kind: K }>> {
    const reply = await this.next();
    if (reply.kind !== kind) throw new Error(`no ${kind} but ${JSON.stringify(reply)}`);
    return reply as Extract<WsReply, { kind: K }>; // just checked
  }

  send(text: string | Buffer): void {
    this.socket.send(text);
  }

  /** Announces, and expects an answer. */
  async announce(changes: Partial<AnnounceRequest> = {}, offers: readonly WsOffer[] = []) {
    this.send(encodeWsAnnounce(announceOf(changes), offers));
    return await this.nextOf('announce');
  }

  /** Announces, and expects to be refused. */
  async refused(changes: Partial<AnnounceRequest> = {}, offers: readonly WsOffer[] = []): Promise<string> {
    this.send(encodeWsAnnounce(announceOf(changes), offers));
    return (await this.nextOf('failure')).failure;
  }

  async scrape(infoHashes: readonly InfoHash[] = [infoHash(1)]) {
    this.send(encodeWsScrape(infoHashes));
    return (await this.nextOf('scrape')).swarms;
  }

  /** Everything that was sent to this socket until now, without what was taken before: a refusal comes behind it. */
  async drain(): Promise<WsReply[]> {
    this.send('{"action":"nothing"}');
    const messages: WsReply[] = [];
    for (;;) {
      const reply = await this.next();
      if (reply.kind === 'failure' && reply.failure.startsWith('action must be')) return messages;
      messages.push(reply);
    }
  }
}

/** Opens a socket. */
export function connectWs(
  t: CleanupOwner,
  port: number,
  path = '/announce',
  headers: Record<string, string> = {},
) {
  return new WsClient(t, `ws://127.0.0.1:${port}${path}`, { headers }).open();
}
