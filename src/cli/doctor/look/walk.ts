import { setTimeout } from 'node:timers/promises';
import type { AnnounceResult } from '../../../seeder/tracker-client/tracker-client.ts';
import { isAnswered, type Outcome, type Way, type WayEvidence } from '../evidence.ts';
import { isTaken, type PlayedPeers } from './played-peers.ts';

/** How long nodes of one tracker may take to tell each other of a peer, and how often that is looked for. */
export const PATIENCE_MS = 3_000;
const LOOK_AGAIN_MS = 500;

/** What is awaited on the way. */
export interface WalkOptions {
  /** Ports of peers that the second peer has to be told of. */
  readonly awaitedPorts: readonly number[];
  readonly patienceMs: number;
  readonly signal: AbortSignal;
}

/** The first peer goes all ways before the second goes any: so it is seen whether a tracker takes one client for several. */
export async function walk(
  ways: readonly Way[],
  peers: PlayedPeers,
  options: WalkOptions,
): Promise<WayEvidence[]> {
  const firsts: (Way & { first: Outcome<AnnounceResult> })[] = [];
  for (const way of ways) {
    if (isHopeless(way, firsts)) continue;
    firsts.push({ ...way, first: await peers.announce(way, peers.first, 'started') });
  }
  const all: WayEvidence[] = [];
  for (const way of firsts) {
    const isWorthIt = isTaken(way.first) && !way.protocol.startsWith('ws');
    const second = isWorthIt ? await secondAnnounce(way, peers, options) : undefined;
    const again = isWorthIt ? await peers.announce(way, peers.first, 'none') : undefined;
    all.push({ ...way, second, again });
  }
  return all;
}

/** Nobody said that it is there, and the same host did not answer over TCP. */
function isHopeless(way: Way, before: readonly (Way & { first: Outcome<AnnounceResult> })[]): boolean {
  if (way.isExpected || way.protocol === 'udp') return false;
  return before.some(
    ({ family, protocol, first }) =>
      family === way.family &&
      protocol !== 'udp' &&
      !isAnswered(first) &&
      'code' in first.error &&
      /^ERR_(TIMEOUT|UNREACHABLE|REFUSED)$/.test(String(first.error.code)),
  );
}

/** Again and again until it is told of all that it should be, or the patience ends. */
async function secondAnnounce(
  way: Way,
  peers: PlayedPeers,
  { awaitedPorts, patienceMs, signal }: WalkOptions,
): Promise<Outcome<AnnounceResult>> {
  let outcome = await peers.announce(way, peers.second, 'started');
  for (
    let waitedMs = 0;
    waitedMs < patienceMs && !isToldOf(outcome, awaitedPorts);
    waitedMs += LOOK_AGAIN_MS
  ) {
    await setTimeout(LOOK_AGAIN_MS, undefined, { signal });
    outcome = await peers.announce(way, peers.second, 'none');
  }
  return outcome;
}

function isToldOf(outcome: Outcome<AnnounceResult>, ports: readonly number[]): boolean {
  if (!isAnswered(outcome) || !('peers' in outcome.answer.reply)) return true; // it will not be
  const { peers } = outcome.answer.reply;
  return ports.every((port) => peers.some((peer) => peer.port === port));
}
