import { randomBytes } from 'node:crypto';
import { type Address, type AddressFamily, familyOf } from '../../../bittorrent/endpoint.ts';
import { type InfoHash, infoHashFromBytes } from '../../../bittorrent/info-hash.ts';
import { protocolOf } from '../../../seeder/tracker-client/open-tracker.ts';
import { resolveHost } from '../../../seeder/tracker-client/resolve-host.ts';
import type { TrackerProtocol } from '../../../seeder/tracker-client/tracker-client.ts';
import { isAnswered, type Outcome, outcomeOf, type TrackerEvidence, type WayEvidence } from '../evidence.ts';
import { lookAtCertificate } from './look-at-certificate.ts';
import { lookAtForgedUdp } from './look-at-forged-udp.ts';
import { type HttpQuestion, lookAtHttp } from './look-at-http.ts';
import { lookAtSpoofing } from './look-at-spoofing.ts';
import { isTaken, PlayedPeers } from './played-peers.ts';
import { PATIENCE_MS, walk } from './walk.ts';
import { waysTo } from './ways.ts';

/** What to look at. */
export interface TrackerQuestion {
  readonly url: string;
  /** More URLs of the same tracker, which have to work as well; those of our own server. */
  readonly alsoExpected?: readonly string[];
  /** A torrent that it tracks; left out: one is made up. */
  readonly infoHash?: InfoHash | undefined;
  /** The torrent was made up by the caller. */
  readonly isMadeUpHash?: boolean;
  readonly family?: AddressFamily | undefined;
  /** For each question. */
  readonly timeoutMs: number;
  readonly userAgent: string;
  readonly signal: AbortSignal;
  /** Ports of other peers of the torrent that have to be handed out. */
  readonly awaitedPorts?: readonly number[];
  /** How long a peer may take to be handed out; left out: three seconds, for trackers of several nodes. */
  readonly patienceMs?: number;
  /** How long an answer that must not come is waited for; left out: a second. */
  readonly silenceMs?: number;
  /** Is told what is asked now. */
  readonly onStep?: ((what: string) => void) | undefined;
}

/** How long the answer to a forged packet is waited for, which a good tracker does not send. */
const FORGED_WAIT_MS = 1000;

/**
 * Looks at a tracker from the outside: announces as two peers over every way there is, asks what else there is to ask, and takes
 * leave, also when it is interrupted. Sends to no host but that of the URL.
 */
export async function lookAtTracker(question: TrackerQuestion): Promise<TrackerEvidence> {
  const { url, signal, timeoutMs, family, infoHash = infoHashFromBytes(randomBytes(20)) } = question;
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  const addresses = await outcomeOf(() => resolveHost(placeOf(url).host, family, deadline));
  signal.throwIfAborted();
  const peers = new PlayedPeers({ ...question, infoHash });
  try {
    return await look(question, addresses, peers);
  } finally {
    await peers.leave();
  }
}

async function look(
  question: TrackerQuestion,
  addresses: Outcome<readonly Address[]>,
  peers: PlayedPeers,
): Promise<TrackerEvidence> {
  const { url, signal, awaitedPorts = [], patienceMs = PATIENCE_MS } = question;
  const isMadeUpHash = question.isMadeUpHash ?? question.infoHash === undefined;
  const found = isAnswered(addresses) ? addresses.answer : [];
  const awaited = [peers.first.port, ...awaitedPorts];
  const ways = await walk(waysTo(question, found), peers, { awaitedPorts: awaited, patienceMs, signal });
  return {
    url,
    protocol: protocolOf(url) as TrackerProtocol, // the command has checked it
    ...placeOf(url),
    addresses,
    isMadeUpHash,
    otherPeers: awaitedPorts.length,
    refusalHint: isMadeUpHash ? 'name a torrent that it tracks: --torrent HASH' : undefined,
    ways,
    firstPeer: { port: peers.first.port },
    secondPeer: { port: peers.second.port },
    certificates: await certificatesOf(ways, found, question),
    http: await httpOf(ways, peers, question),
    spoofing: isMadeUpHash ? await spoofingOf(ways, peers, question) : undefined,
    forgedUdp: await forgedUdpOf(ways, peers, question),
    now: new Date(),
  };
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
    return { url, family, options: peers.clientOptions(way), request: peers.first, announced, signal };
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
  { timeoutMs, silenceMs = Math.min(timeoutMs, FORGED_WAIT_MS), signal }: TrackerQuestion,
): Promise<TrackerEvidence['forgedUdp']> {
  for (const { protocol, first } of ways) {
    const remote = isAnswered(first) ? first.answer.exchange.remote : undefined;
    if (protocol !== 'udp' || remote === undefined) continue;
    const stranger = { ...peers.second, port: 1 };
    return lookAtForgedUdp(remote, stranger, { timeoutMs: silenceMs, signal });
  }
  return undefined;
}
