import { test } from 'node:test';
import { pino } from 'pino';
import type { AddressFamily } from '../../../src/bittorrent/endpoint.ts';
import { encodeUdpAnnounce } from '../../../src/bittorrent/udp-request.ts';
import {
  type ClientAnnounce,
  type ClientReply,
  clientAt,
  type FrontEndHarness,
  frontEndConformance,
} from '../../../src/tracker/conformance.ts';
import { TrackerUdpServer } from '../../../src/tracker/udp/server.ts';
import { Scope } from '../../support/scope.ts';
import { UdpClient } from '../../unit/tracker/udp/udp-fixture.ts';
import { refusedWith, requestOf } from './requests.ts';

/** Where the event lies in an announce (BEP 15), and a number that is none. */
const EVENT = 80;
const UNKNOWN_EVENT = 77;

/** Clients that speak UDP, one socket a family for all: a tracker tells peers by the port in the announce. */
class UdpClients implements FrontEndHarness {
  readonly #scope: Scope;
  readonly #sockets = new Map<AddressFamily, Promise<UdpClient>>();
  readonly #port: number;

  constructor(scope: Scope, port: number) {
    this.#scope = scope;
    this.#port = port;
  }

  async announce(announce: ClientAnnounce): Promise<ClientReply> {
    const socket = await this.#socket(announce.family ?? 4);
    const { passkey } = announce;
    const urlData = passkey === undefined ? '' : `/announce/${passkey}`; // BEP 41
    const packet = encodeUdpAnnounce(socket.head(), requestOf(announce), urlData);
    if (announce.event === 'unknown') packet.writeUInt32BE(UNKNOWN_EVENT, EVENT);
    const reply = await socket.ask(packet);
    if (reply.kind === 'error') return refusedWith(reply.failure);
    if (reply.kind !== 'announce') throw new Error(`no answer but ${reply.kind}`);
    const { complete, incomplete, intervalSeconds } = reply;
    const peers = [...new Set(reply.peers.map(({ port }) => clientAt(port)))].sort();
    return { complete, incomplete, intervalSeconds, peers };
  }

  async scrape(...[infoHashes]: Parameters<FrontEndHarness['scrape']>) {
    const reply = await (await this.#socket(4)).scrape(infoHashes);
    if (reply.kind === 'error') return reply.failure;
    if (reply.kind !== 'scrape') throw new Error(`no answer but ${reply.kind}`);
    return reply.swarms.map((counts, i) => ({ infoHash: infoHashes[i] as never, ...counts })); // one for each
  }

  dispose(): Promise<void> {
    return this.#scope.end();
  }

  #socket(family: AddressFamily): Promise<UdpClient> {
    const host = family === 4 ? '127.0.0.1' : '::1';
    const socket = this.#sockets.get(family) ?? new UdpClient(this.#scope, this.#port, host).connect();
    this.#sockets.set(family, socket);
    return socket;
  }
}

frontEndConformance({
  test,
  async makeFrontEnd(core) {
    const scope = new Scope();
    const logger = pino({ level: 'silent' });
    const server = new TrackerUdpServer({ core, port: 0, key: new Uint8Array(16), logger });
    const { port } = await server.start();
    scope.after(() => server.stop());
    return new UdpClients(scope, port);
  },
});
