import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import express from 'express';
import { pino } from 'pino';
import { TrackerCore } from '../../../../src/tracker/core.ts';
import { makeHttpCounters } from '../../../../src/tracker/http/limits.ts';
import { trackerRouter } from '../../../../src/tracker/http/router.ts';
import { TrackerHttpServer, type TrackerHttpServerOptions } from '../../../../src/tracker/http/server.ts';
import type { TrackerCoreOptions } from '../../../../src/tracker/tracker-options.ts';
import { infoHash } from '../tracker-fixture.ts';

/** A front end that listens. */
export interface FrontEnd {
  readonly core: TrackerCore;
  readonly port: number;
}

/** The server of the fast path, with a fallback that answers "other". */
export interface FastFrontEnd extends FrontEnd {
  readonly server: TrackerHttpServer;
  readonly fallback: Server;
}

/** What the front ends of the tests are made of. */
export interface FrontEndOptions {
  readonly core?: TrackerCoreOptions;
  readonly server?: Partial<TrackerHttpServerOptions>;
}

const silent = pino({ level: 'silent' });

function makeCore(options: TrackerCoreOptions = {}): TrackerCore {
  const core = new TrackerCore({ random: () => 0.5, ...options });
  core.registerTorrent(infoHash(1), { completed: 0 });
  return core;
}

/** Starts a fast path; it stops with the test. */
export async function startFast(t: TestContext, options: FrontEndOptions = {}): Promise<FastFrontEnd> {
  const core = makeCore(options.core);
  const fallback = createServer((request, response) => {
    request.resume();
    request.on('end', () => response.end(`other ${request.method} ${request.url}`));
  });
  const server = new TrackerHttpServer({
    core,
    fallback,
    host: '127.0.0.1',
    port: 0,
    logger: silent,
    ...options.server,
  });
  const { port } = await server.start();
  t.after(() => server.stop());
  return { core, port, server, fallback };
}

/** Starts an Express app with the router; it stops with the test. */
export async function startRouter(t: TestContext, options: FrontEndOptions = {}): Promise<FrontEnd> {
  const core = makeCore(options.core);
  const { trustedProxies = [], gate, commits, counters = makeHttpCounters() } = options.server ?? {};
  const app = createServer(express().use(trackerRouter(core, { trustedProxies, gate, commits, counters })));
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    app.close();
    app.closeAllConnections();
  });
  return { core, port: (app.address() as AddressInfo).port };
}

/** A raw connection: write what you like, and read what came. */
export class RawClient {
  readonly socket: Socket;
  received: Buffer = Buffer.alloc(0);
  readonly closed: Promise<void>;
  #waiting: (() => void) | undefined;

  constructor(t: TestContext, port: number, allowHalfOpen = false) {
    this.socket = connect({ host: '127.0.0.1', port, noDelay: true, allowHalfOpen });
    this.socket.on('data', (bytes: Buffer) => {
      this.received = Buffer.concat([this.received, bytes]);
      this.#waiting?.();
    });
    this.socket.on('error', () => {}); // a reset is what some tests wait for; `closed` tells it
    this.closed = new Promise((resolve) => this.socket.once('close', () => resolve()));
    t.after(() => this.socket.destroy());
  }

  get text(): string {
    return this.received.toString('latin1');
  }

  /** Sends bytes and waits until the system has them. */
  send(text: string): Promise<void> {
    return new Promise((resolve) => this.socket.write(text, 'latin1', () => resolve()));
  }

  /** Waits until what came satisfies the condition. */
  async until(isEnough: (text: string) => boolean): Promise<string> {
    const late = setTimeout(() => this.socket.destroy(new Error('no answer in time')), 10_000);
    while (!isEnough(this.text)) {
      const more = new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
      if ((await Promise.race([more, this.closed.then(() => 'closed')])) === 'closed') break;
    }
    clearTimeout(late);
    if (!isEnough(this.text))
      throw new Error(`the connection closed; got ${JSON.stringify(this.text.slice(-300))}`);
    return this.text;
  }
}

/** The usual parameters of an announce for the registered torrent. */
export const usual: Readonly<Record<string, string>> = {
  info_hash: '%01'.repeat(20),
  peer_id: '-TS0001-000000000001',
  port: '6881',
  uploaded: '0',
  downloaded: '0',
  left: '1',
};

/** A query string: the usual parameters, changed; undefined leaves one out. */
export function query(changes: Readonly<Record<string, string | undefined>> = {}): string {
  return Object.entries({ ...usual, ...changes })
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${value}`)
    .join('&');
}

/** A request for an announce. */
export function announceRequest(
  changes: Readonly<Record<string, string | undefined>> = {},
  headers = '',
): string {
  return `GET /announce?${query(changes)} HTTP/1.1\r\nHost: t\r\n${headers}\r\n`;
}
