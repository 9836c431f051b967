import { test } from 'node:test';
import { encodeWsAnnounce, encodeWsScrape } from '../../../src/bittorrent/ws-request.ts';
import {
  type ClientAnnounce,
  type ClientReply,
  type FrontEndHarness,
  frontEndConformance,
} from '../../../src/tracker/conformance.ts';
import { Scope } from '../../support/scope.ts';
import { offersOf, startWs, WsClient } from '../../unit/tracker/ws/ws-fixture.ts';
import { refusedWith, requestOf } from './requests.ts';

/** As many as WebTorrent makes. */
const OFFERS = 5;

/** Clients that speak WebSocket, a socket each. Whom one is brought together with shows in who was sent its offers. */
class WsClients implements FrontEndHarness {
  readonly #scope: Scope;
  readonly #port: number;
  readonly #sockets = new Map<number, WsClient>();
  #offers = 0;

  constructor(scope: Scope, port: number) {
    this.#scope = scope;
    this.#port = port;
  }

  async announce(announce: ClientAnnounce): Promise<ClientReply> {
    const socket = await this.#socket(announce);
    const request = requestOf(announce);
    const name = `${++this.#offers}/`;
    const text = encodeWsAnnounce(request, request.event === 'stopped' ? [] : offersOf(name, OFFERS));
    socket.send(announce.event === 'unknown' ? text.replace('{', '{"event":"unheard-of",') : text);
    const reply = await socket.next();
    const peers = await this.#whoGot(name);
    if (reply.kind === 'failure') return { ...refusedWith(reply.failure), peers };
    if (reply.kind !== 'announce') throw new Error(`no answer but ${reply.kind}`);
    const { complete = -1, incomplete = -1, intervalSeconds = -1 } = reply;
    return { complete, incomplete, intervalSeconds, peers };
  }

  async scrape(...[infoHashes]: Parameters<FrontEndHarness['scrape']>) {
    const socket = await this.#socket({ client: 0 });
    socket.send(encodeWsScrape(infoHashes));
    const reply = await socket.next();
    if (reply.kind === 'failure') return reply.failure;
    if (reply.kind !== 'scrape') throw new Error(`no answer but ${reply.kind}`);
    return reply.swarms;
  }

  dispose(): Promise<void> {
    return this.#scope.end();
  }

  async #whoGot(name: string): Promise<number[]> {
    const got: number[] = [];
    for (const [client, socket] of this.#sockets)
      for (const message of await socket.drain())
        if (message.kind === 'offer' && message.offerId.startsWith(name)) got.push(client);
    return got.sort();
  }

  async #socket({ client, passkey }: ClientAnnounce): Promise<WsClient> {
    const known = this.#sockets.get(client);
    if (known !== undefined) return known;
    const path = passkey === undefined ? '/announce' : `/announce/${passkey}`;
    const socket = await new WsClient(this.#scope, `ws://127.0.0.1:${this.#port}${path}`).open();
    this.#sockets.set(client, socket);
    return socket;
  }
}

frontEndConformance({
  test,
  skip: {
    'peers: a client that comes over IPv4 and IPv6 is one':
      'a peer id belongs to one socket, and a socket has one family: a browser chooses it',
  },
  async makeFrontEnd(core) {
    const scope = new Scope();
    const { port } = await startWs(scope, { core });
    return new WsClients(scope, port);
  },
});
