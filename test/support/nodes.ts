import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import type { App } from '../../src/app.ts';
import { decodeTrackerReply } from '../../src/bittorrent/announce-response.ts';
import { percentEncode } from '../../src/bittorrent/query.ts';
import type { Config } from '../../src/config/settings.ts';
import type { Persistence } from '../../src/persistence/persistence.ts';
import { startTestApp } from './app.ts';
import { eventually } from './eventually.ts';
import type { CleanupOwner } from './scope.ts';
import { type ScrapedSwarm, scrape } from './scrape.ts';

/** Opens a handle on the one database of a test, as the node of this name. */
export type OpenHandle = (nodeName: string) => Promise<Persistence>;

/** A node of several, in this process, with an open tracker on loopback. */
export interface TestNode {
  readonly name: string;
  readonly app: App;
  readonly dataDir: string;
  readonly url: string;
  readonly nodeId: number;
}

/** Starts a node on the database. */
export async function startNode(
  owner: CleanupOwner,
  open: OpenHandle,
  name: string,
  flags: Partial<Config> = {},
): Promise<TestNode> {
  const persistence = await open(name);
  const logger = pino({ level: 'silent' });
  const app = await startTestApp(owner, { access: 'open', udp: false, ...flags }, { logger, persistence });
  return { name, app, dataDir: app.dataDir, url: app.url, nodeId: persistence.nodeId };
}

/** Calls the control API of a node, and fails unless it succeeds. */
export async function callApi(node: TestNode, method: string, path: string, body?: object): Promise<unknown> {
  const token = (await readFile(join(node.dataDir, 'api-token'), 'utf8')).trim();
  const response = await fetch(`${node.url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response.status === 204 ? undefined : response.json();
}

/** What a test says of a peer. */
export interface AnnouncedPeer {
  readonly port: number;
  readonly left?: number;
  readonly downloaded?: number;
  readonly event?: 'started' | 'stopped' | 'completed';
  readonly numWant?: number;
  /** Of a user of a private tracker. */
  readonly passkey?: string;
}

/** Announces a peer of 127.0.0.1 and returns the ports of the peers that it is given. */
export async function announceTo(
  origin: string,
  infoHash: Uint8Array,
  { port, left = 1, downloaded = 0, event, numWant = 200, passkey }: AnnouncedPeer,
): Promise<number[]> {
  const query = [
    `info_hash=${percentEncode(infoHash)}`,
    `peer_id=${percentEncode(Buffer.from(`-XX0001-${String(port).padStart(12, '0')}`))}`,
    `port=${port}&uploaded=0&downloaded=${downloaded}&left=${left}&compact=1&numwant=${numWant}`,
    ...(event === undefined ? [] : [`event=${event}`]),
  ];
  const response = await fetch(
    `${origin}/announce${passkey === undefined ? '' : `/${passkey}`}?${query.join('&')}`,
  );
  const reply = decodeTrackerReply(new Uint8Array(await response.arrayBuffer()));
  if (!('peers' in reply)) throw new Error(`refused: ${JSON.stringify(reply)}`);
  return reply.peers.map((peer) => peer.port).sort((a, b) => a - b);
}

/** The counts of a swarm by one node. */
export function countsOf(origin: string, infoHash: Uint8Array): Promise<ScrapedSwarm> {
  return scrape(origin, Buffer.from(infoHash).toString('hex'));
}

/** Waits until all nodes tell these counts of a swarm. */
export async function untilCounts(
  origins: readonly string[],
  infoHash: Uint8Array,
  wanted: Partial<ScrapedSwarm>,
): Promise<void> {
  const last: unknown[] = [];
  for (const origin of origins)
    await eventually(`${origin} to count ${JSON.stringify(wanted)}`, async () => {
      const counts = await countsOf(origin, infoHash);
      last.push(counts);
      return Object.entries(wanted).every(([key, value]) => counts[key as keyof ScrapedSwarm] === value);
    }).catch((error: Error) => {
      throw new Error(`${error.message}; it told ${JSON.stringify(last.slice(-3))}`);
    });
}

/** An info-hash that nobody else uses. */
export function randomHash(): Uint8Array {
  return new Uint8Array(randomBytes(20));
}
