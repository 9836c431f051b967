import assert from 'node:assert/strict';
import type { AddressFamily } from '../../bittorrent/endpoint.ts';
import { type InfoHash, infoHashFromBytes } from '../../bittorrent/info-hash.ts';
import { type PeerId, peerIdFromBytes } from '../../bittorrent/peer-id.ts';
import type { SwarmCounts } from '../../bittorrent/scrape.ts';
import type { TrackerCore } from '../core.ts';
import type { TrackerCoreOptions } from '../tracker-options.ts';

/** What a client announces. What is left out is usual. */
export interface ClientAnnounce {
  /** Which client, from 1 to 9: each has the peer id and port that {@link clientOf} gives, and sockets of its own. */
  readonly client: number;
  /** {@link REGISTERED_TORRENT}. */
  readonly infoHash?: InfoHash;
  /** 1: it lacks something. */
  readonly left?: number;
  readonly downloaded?: number;
  /** `unknown`: one that no tracker knows. */
  readonly event?: 'started' | 'completed' | 'stopped' | 'paused' | 'unknown';
  /** Left out: the tracker's default. */
  readonly numWant?: number;
  /** By which family the client comes; IPv4. */
  readonly family?: AddressFamily;
  /** What stands behind `/announce/`. */
  readonly passkey?: string;
}

/** What a client was told. */
export interface ClientReply {
  /** Why it was refused; the rest is empty then. */
  readonly failure?: string;
  readonly complete: number;
  readonly incomplete: number;
  readonly intervalSeconds: number;
  /** The clients that it was brought together with, in their order: handed out to it, or sent its offers. */
  readonly peers: readonly number[];
}

/** A front end that listens, and clients that speak with it. */
export interface FrontEndHarness {
  announce(announce: ClientAnnounce): Promise<ClientReply>;
  /** The counts in the order of the info-hashes, or why there are none. */
  scrape(infoHashes: readonly InfoHash[], passkey?: string): Promise<readonly SwarmCounts[] | string>;
  /** Ends the clients and the front end. */
  dispose(): Promise<void>;
}

/** What a case works with. */
export interface FrontEndBench {
  /** The core behind the front end. {@link REGISTERED_TORRENT} is registered. */
  readonly core: TrackerCore;
  readonly harness: FrontEndHarness;
  /** The time of the core, in unix seconds: to be moved on. */
  readonly clock: { seconds: number };
}

/** One rule that every front end follows. */
export interface FrontEndCase {
  readonly name: string;
  /** What the core is made of, afresh for each run. */
  readonly core?: () => TrackerCoreOptions;
  run(bench: FrontEndBench): Promise<void>;
}

/** The torrent that clients announce. */
export const REGISTERED_TORRENT: InfoHash = sampleTorrent(1);

/** An info-hash of 20 equal bytes. Only that of 1 is registered. */
export function sampleTorrent(byte: number): InfoHash {
  return infoHashFromBytes(new Uint8Array(20).fill(byte));
}

/** Who a client is. */
export function clientOf(client: number): { readonly peerId: PeerId; readonly port: number } {
  return {
    peerId: peerIdFromBytes(Buffer.from(`-TS0001-${String(client).padStart(12, '0')}`)),
    port: 7000 + client,
  };
}

/** Which client has a port. */
export function clientAt(port: number): number {
  return port - 7000;
}

/** Announces, and expects an answer: `seeders/leechers`, and whom it was brought together with. */
export async function announced(
  { harness }: FrontEndBench,
  announce: ClientAnnounce,
): Promise<readonly [counts: string, peers: readonly number[]]> {
  const { failure, complete, incomplete, peers } = await harness.announce(announce);
  assert.equal(failure, undefined);
  return [`${complete}/${incomplete}`, peers];
}

/** The counts of the torrent as a scrape tells them: `seeders/leechers/completed`. */
export async function scraped({ harness }: FrontEndBench, infoHash = REGISTERED_TORRENT): Promise<string> {
  const swarms = await harness.scrape([infoHash]);
  if (typeof swarms === 'string') assert.fail(swarms);
  assert.equal(swarms.length, 1);
  const [swarm] = swarms;
  assert.deepEqual(swarm?.infoHash, infoHash);
  return `${swarm?.complete}/${swarm?.incomplete}/${swarm?.downloaded}`;
}

/** Lets time pass, and the core take out whoever has been silent for too long. */
export function passTime({ core, clock }: FrontEndBench, seconds: number): void {
  clock.seconds += seconds;
  for (let passes = 0; passes < 3; passes++) core.expire(); // each goes on where the last one ended
}
