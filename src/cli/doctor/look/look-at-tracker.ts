import { randomBytes, randomInt } from 'node:crypto';
import type { AnnounceEvent, AnnounceRequest } from '../../../bittorrent/announce-request.ts';
import { type Address, type AddressFamily, familyOf } from '../../../bittorrent/endpoint.ts';
import { type InfoHash, infoHashFromBytes } from '../../../bittorrent/info-hash.ts';
import { makePeerId } from '../../../bittorrent/peer-id.ts';
import { openTracker, protocolOf } from '../../../seeder/tracker-client/open-tracker.ts';
import { resolveHost } from '../../../seeder/tracker-client/resolve-host.ts';
import type {
  AnnounceResult,
  TrackerClientOptions,
  TrackerProtocol,
} from '../../../seeder/tracker-client/tracker-client.ts';
import {
  isAnswered,
  type Outcome,
  outcomeOf,
  type TrackerEvidence,
  type Way,
  type WayEvidence,
} from '../evidence.ts';
import { lookAtCertificate } from './look-at-certificate.ts';
import { lookAtForgedUdp } from './look-at-forged-udp.ts';
import { type HttpQuestion, lookAtHttp } from './look-at-http.ts';
import { lookAtSpoofing } from './look-at-spoofing.ts';
import { waysTo } from './ways.ts';

/** What to look at. */
export interface TrackerQuestion {
  readonly url: string;
  /** More URLs of the same tracker, which have to work as well; those of our own server. */
  readonly alsoExpected?: readonly string[];
  /** A torrent that it tracks; left out: one is made up. */
  readonly infoHash?: InfoHash | undefined;
  readonly family?: AddressFamily | undefined;
  /** For each question. */
  readonly timeoutMs: number;
  readonly userAgent: string;
  readonly signal: AbortSignal;
}

/** How long the answer to a forged packet is waited for. */
const FORGED_WAIT_MS = 1000;
const WANTED_PEERS = 200;

/**
 * Looks at a tracker from the outside: announces as two peers over every way there is, asks what else there is to ask, and takes
 * leave. Sends to no host but that of the URL.
 */
export async function lookAtTracker(question: TrackerQuestion): Promise<TrackerEvidence> {
  const { url, signal, timeoutMs, family } = question;
  const protocol = protocolOf(url) as TrackerProtocol; // the command has checked it
  const { host, port } = placeOf(url);
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  const addresses = await outcomeOf(() => resolveHost(host, family, deadline));
  signal.throwIfAborted();
  const peers = new PlayedPeers(question);
  const found = isAnswered(addresses) ? addresses.answer : [];
  const ways = await walk(waysTo(question, found), peers);
  const evidence = {
    url,
    protocol,
    host,
    port,
    addresses,
    isMadeUpHash: question.infoHash === undefined,
    refusalHint:
      question.infoHash === undefined ? 'name a torrent that it tracks: --torrent HASH' : undefined,
    ways,
    firstPeer: { port: peers.first.port },
    secondPeer: { port: peers.second.port },
  };
  const certificates = await certificatesOf(ways, found, question);
  const http = await httpOf(ways, peers, question);
  const spoofing = question.infoHash === undefined ? await spoofingOf(ways, peers, question) : undefined;
  const forgedUdp = await forgedUdpOf(ways, peers, question);
  await peers.leave(ways);
  return { ...evidence, certificates, http, spoofing, forgedUdp, now: new Date() };
}

/** Two leechers of one torrent that live on this machine. */
class PlayedPeers {
  readonly #question: TrackerQuestion;
  readonly first: AnnounceRequest;
  readonly second: AnnounceRequest;

  constructor(question: TrackerQuestion) {
    const infoHash = question.infoHash ?? infoHashFromBytes(randomBytes(20));
    const port = randomInt(50_000, 60_000);
    this.#question = question;
    this.first = requestOf(infoHash, port);
    this.second = requestOf(infoHash, port + 1);
  }

  options(way: Pick<Way, 'family'>): TrackerClientOptions {
    const { timeoutMs, userAgent } = this.#question;
    return { timeoutMs, userAgent, family: way.family, maxRedirects: 0, isAnyCertificateTaken: true };
  }

  announce(way: Way, peer: AnnounceRequest, event: AnnounceEvent): Promise<Outcome<AnnounceResult>> {
    const { signal } = this.#question;
    signal.throwIfAborted();
    return outcomeOf(() => openTracker(way.url, this.options(way)).announce({ ...peer, event }, signal));
  }

  /** Tells every way that took us that we have stopped. Over WebSocket that is told already. */
  async leave(ways: readonly WayEvidence[]): Promise<void> {
    const taken = ways.filter((way) => isTaken(way.first) && !way.protocol.startsWith('ws'));
    await Promise.all(
      taken.flatMap((way) => [this.first, this.second].map((peer) => this.announce(way, peer, 'stopped'))),
    );
  }
}

function requestOf(infoHash: InfoHash, port: number): AnnounceRequest {
  return {
    infoHash,
    peerId: makePeerId(randomBytes(12)),
    port,
    uploaded: 0,
    downloaded: 0,
    left: 1,
    event: 'started',
    numWant: WANTED_PEERS,
    key: randomInt(1, 2 ** 32),
    ip: undefined,
    compact: true,
    noPeerId: false,
  };
}

/** The first peer goes all ways before the second goes any: so it is seen whether a tracker takes one client for several. */
async function walk(ways: readonly Way[], peers: PlayedPeers): Promise<WayEvidence[]> {
  const firsts: (Way & { first: Outcome<AnnounceResult> })[] = [];
  for (const way of ways) firsts.push({ ...way, first: await peers.announce(way, peers.first, 'started') });
  const all: WayEvidence[] = [];
  for (const way of firsts) {
    const isWorthIt = isTaken(way.first) && !way.protocol.startsWith('ws');
    const second = isWorthIt ? await peers.announce(way, peers.second, 'started') : undefined;
    const again = isWorthIt ? await peers.announce(way, peers.first, 'none') : undefined;
    all.push({ ...way, second, again });
  }
  return all;
}

function isTaken(outcome: Outcome<AnnounceResult>): boolean {
  return isAnswered(outcome) && !('failure' in outcome.answer.reply);
}

/** Of each port that speaks TLS, over each family. */
async function certificatesOf(
  ways: readonly WayEvidence[],
  addresses: readonly Address[],
  { timeoutMs, signal }: TrackerQuestion,
): Promise<TrackerEvidence['certificates']> {
  const found: TrackerEvidence['certificates'][number][] = [];
  const seen = new Set<string>();
  for (const { protocol, family, url, isExpected } of ways) {
    const { host, port } = placeOf(url);
    const address = addresses.find((each) => familyOf(each) === family);
    const key = `${family} ${port}`;
    if (!isExpected || !/^(https|wss)$/.test(protocol) || address === undefined || seen.has(key)) continue;
    seen.add(key);
    const question = { host, address, port, timeoutMs, signal };
    found.push({ ...(await outcomeOf(() => lookAtCertificate(question))), family });
  }
  return found;
}

function placeOf(url: string): { readonly host: string; readonly port: number } {
  const { hostname, port, protocol } = new URL(url);
  const usual = protocol === 'https:' || protocol === 'wss:' ? 443 : 80;
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? usual : Number(port) };
}

/** The first way over HTTP that was answered. */
function httpQuestion(
  ways: readonly WayEvidence[],
  peers: PlayedPeers,
  { signal }: TrackerQuestion,
): HttpQuestion | undefined {
  for (const way of ways) {
    if (!way.protocol.startsWith('http') || !isAnswered(way.first)) continue;
    const { url, family } = way;
    const announced = way.first.answer.exchange.body;
    return { url, family, options: peers.options(way), request: peers.first, announced, signal };
  }
  return undefined;
}

async function httpOf(
  ways: readonly WayEvidence[],
  peers: PlayedPeers,
  question: TrackerQuestion,
): Promise<TrackerEvidence['http']> {
  const asked = httpQuestion(ways, peers, question);
  return asked === undefined ? undefined : lookAtHttp(asked);
}

async function spoofingOf(
  ways: readonly WayEvidence[],
  peers: PlayedPeers,
  question: TrackerQuestion,
): Promise<TrackerEvidence['spoofing']> {
  const taken = ways.filter(({ first }) => isTaken(first));
  const asked = httpQuestion(taken, peers, question);
  return asked === undefined ? undefined : lookAtSpoofing(asked);
}

async function forgedUdpOf(
  ways: readonly WayEvidence[],
  peers: PlayedPeers,
  { timeoutMs, signal }: TrackerQuestion,
): Promise<TrackerEvidence['forgedUdp']> {
  for (const { protocol, first } of ways) {
    const remote = isAnswered(first) ? first.answer.exchange.remote : undefined;
    if (protocol !== 'udp' || remote === undefined) continue;
    const stranger = { ...peers.second, port: 1 };
    return lookAtForgedUdp(remote, stranger, { timeoutMs: Math.min(timeoutMs, FORGED_WAIT_MS), signal });
  }
  return undefined;
}
