import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { pino } from 'pino';
import type { AnnounceRequest } from '../../../../src/bittorrent/announce-request.ts';
import type { AddressFamily } from '../../../../src/bittorrent/endpoint.ts';
import type { InfoHash } from '../../../../src/bittorrent/info-hash.ts';
import {
  encodeUdpAnnounce,
  encodeUdpConnect,
  encodeUdpScrape,
} from '../../../../src/bittorrent/udp-request.ts';
import { decodeUdpReply, type UdpReply } from '../../../../src/bittorrent/udp-response.ts';
import { TrackerCore } from '../../../../src/tracker/core.ts';
import type { TrackerCoreOptions } from '../../../../src/tracker/tracker-options.ts';
import { TrackerUdpServer, type TrackerUdpServerOptions } from '../../../../src/tracker/udp/server.ts';
import { type CleanupOwner, cleanup } from '../../../support/scope.ts';
import { infoHash, peerId } from '../tracker-fixture.ts';

/** A UDP front end that listens on loopback. */
export interface UdpFrontEnd {
  readonly core: TrackerCore;
  readonly server: TrackerUdpServer;
  readonly port: number;
}

/** Starts a front end; it stops with the test. */
export async function startUdp(
  t: TestContext,
  options: { core?: TrackerCoreOptions; server?: Partial<TrackerUdpServerOptions> } = {},
): Promise<UdpFrontEnd> {
  const core = new TrackerCore({ random: () => 0.5, ...options.core });
  core.registerTorrent(infoHash(1), { completed: 0 });
  const server = new TrackerUdpServer({
    core,
    host: '127.0.0.1',
    port: 0,
    key: new Uint8Array(16),
    logger: pino({ level: 'silent' }),
    ...options.server,
  });
  const { port } = await server.start();
  t.after(() => server.stop());
  return { core, server, port };
}

/** An announce for the registered torrent, changed. */
export function announceOf(changes: Partial<AnnounceRequest> = {}): AnnounceRequest {
  return {
    infoHash: infoHash(1),
    peerId: peerId(1),
    port: 6881,
    uploaded: 0,
    downloaded: 0,
    left: 1,
    event: 'none',
    numWant: undefined,
    key: 7,
    ip: undefined,
    compact: true,
    noPeerId: false,
    ...changes,
  };
}

/** A socket that speaks with one tracker. */
export class UdpClient {
  readonly socket: Socket;
  readonly #to: { readonly port: number; readonly host: string };
  readonly #family: AddressFamily;
  #transaction = 1000;
  connectionId: Uint8Array = new Uint8Array(8);

  constructor(t: CleanupOwner, port: number, host = '127.0.0.1') {
    this.#family = host.includes(':') ? 6 : 4;
    this.#to = { port, host };
    this.socket = createSocket(this.#family === 6 ? 'udp6' : 'udp4');
    cleanup(t, () => new Promise<void>((resolve) => this.socket.close(() => resolve())));
  }

  send(packet: Uint8Array): void {
    this.socket.send(packet, this.#to.port, this.#to.host);
  }

  /** The next packet, with a deadline. */
  async receive(): Promise<Buffer> {
    const [packet] = (await once(this.socket, 'message', { signal: AbortSignal.timeout(5_000) })) as [Buffer];
    return packet;
  }

  async ask(packet: Uint8Array): Promise<UdpReply> {
    const answer = this.receive();
    this.send(packet);
    return decodeUdpReply(await answer, this.#family);
  }

  async connect(): Promise<this> {
    const reply = await this.ask(encodeUdpConnect(++this.#transaction));
    if (reply.kind !== 'connect') throw new Error(`no connection id but ${reply.kind}`);
    this.connectionId = reply.connectionId;
    return this;
  }

  /** Announces, and expects an answer. */
  async announce(changes: Partial<AnnounceRequest> = {}): Promise<UdpReply & { kind: 'announce' }> {
    const reply = await this.ask(encodeUdpAnnounce(this.head(), announceOf(changes)));
    if (reply.kind !== 'announce') throw new Error(JSON.stringify(reply));
    return reply;
  }

  scrape(infoHashes: readonly InfoHash[]): Promise<UdpReply> {
    return this.ask(encodeUdpScrape(this.head(), infoHashes));
  }

  head(): { connectionId: Uint8Array; transactionId: number } {
    return { connectionId: this.connectionId, transactionId: ++this.#transaction };
  }
}
