import type { TrackerFailure, TrackerReply } from '../../../bittorrent/announce-response.ts';
import type { AnnounceResult } from '../../../seeder/tracker-client/tracker-client.ts';
import { formatDuration } from '../../format.ts';
import { isAnswered, type Outcome, type TrackerEvidence, type WayEvidence, wayName } from '../evidence.ts';
import { type Check, type Finding, note, ok, wrong } from '../finding.ts';

/** Public lists of trackers take intervals within these bounds alone. */
const MIN_INTERVAL_SECONDS = 300;
const MAX_INTERVAL_SECONDS = 3 * 3600;
/** Clients give up after 10 to 60 seconds; a good tracker needs milliseconds beyond the way there and back. */
const SLOW_MS = 1000;
const TOO_SLOW_MS = 5000;

/** What the answers to announces say. */
export const ANNOUNCE_CHECKS: readonly Check<TrackerEvidence>[] = [
  refusals,
  ({ ways }) => ways.flatMap((way) => unreadable(way) ?? []),
  ({ ways }) => ways.flatMap((way) => interval(way) ?? []),
  ({ ways }) => ways.flatMap((way) => slowness(way) ?? []),
  peersHandedOut,
  handedToItself,
  countedTwice,
];

/** What the tracker said, when it was no refusal. */
function replyIn(outcome: Outcome<AnnounceResult> | undefined): TrackerReply | undefined {
  if (!isAnswered(outcome)) return undefined;
  const { reply } = outcome.answer;
  return 'failure' in reply ? undefined : reply;
}

function failureIn(outcome: Outcome<AnnounceResult>): TrackerFailure | undefined {
  if (!isAnswered(outcome)) return undefined;
  const { reply } = outcome.answer;
  return 'failure' in reply ? reply : undefined;
}

function refusals({ ways, refusalHint }: TrackerEvidence): readonly Finding[] {
  const seen = new Set<string>();
  return ways.flatMap((way) => {
    const failure = failureIn(way.first)?.failure;
    if (failure === undefined || seen.has(failure)) return [];
    seen.add(failure);
    const what = `${wayName(way)}: it refuses the announce: ${failure}`;
    return refusalHint === undefined
      ? wrong('announce.refused', what, 'register the torrent with the tracker, or mend the URL')
      : note('announce.refused', `${what}, so that little could be looked at`, refusalHint);
  });
}

function unreadable(way: WayEvidence): Finding | undefined {
  const { first } = way;
  if (isAnswered(first) || !('code' in first.error) || first.error.code !== 'ERR_TRACKER_RESPONSE')
    return undefined;
  return wrong(
    'announce.unreadable',
    `${wayName(way)}: ${first.error.message}`,
    'let the path of the URL lead to the tracker and not to a page',
  );
}

function interval(way: WayEvidence): Finding | undefined {
  const reply = replyIn(way.first);
  if (reply === undefined || isWebSocket(way)) return undefined; // WebTorrent's trackers say two minutes
  const { intervalSeconds, minIntervalSeconds = 0 } = reply;
  const text = `${wayName(way)}: the interval is ${formatDuration(intervalSeconds)}`;
  if (intervalSeconds < MIN_INTERVAL_SECONDS || intervalSeconds > MAX_INTERVAL_SECONDS)
    return wrong(
      'announce.interval',
      `${text}, which public lists of trackers refuse`,
      'set it between 5 minutes and 3 hours (seedbed: --interval 1800)',
    );
  if (minIntervalSeconds > intervalSeconds)
    return wrong(
      'announce.min-interval',
      `${text}, and the minimum interval is longer: ${formatDuration(minIntervalSeconds)}`,
      'set the minimum below the interval: clients take the longer one',
    );
  return ok('announce.interval', text);
}

function slowness(way: WayEvidence): Finding | undefined {
  const times = [way.first, way.second, way.again].flatMap((outcome) =>
    isAnswered(outcome) ? outcome.answer.exchange.elapsedMs : [],
  );
  const best = Math.min(...times);
  if (times.length === 0 || best < SLOW_MS) return undefined;
  const what = `${wayName(way)}: the fastest of ${times.length} announces took ${(best / 1000).toFixed(1)} s`;
  const how =
    'look at the load of the tracker, its database and the way there; clients give up after some seconds';
  return best >= TOO_SLOW_MS ? wrong('announce.slow', what, how) : note('announce.slow', what, how);
}

function isWebSocket({ protocol }: WayEvidence): boolean {
  return protocol === 'ws' || protocol === 'wss';
}

/** The second peer wants 200 peers, and the first one is there: in a made-up swarm it must be told of it. */
function peersHandedOut({ ways, firstPeer, isMadeUpHash }: TrackerEvidence): readonly Finding[] {
  return ways.flatMap((way) => {
    const reply = replyIn(way.second);
    if (reply === undefined || !isMadeUpHash) return [];
    return reply.peers.some(({ port }) => port === firstPeer.port)
      ? ok('announce.peers', `${wayName(way)}: two peers of a torrent are told of each other`)
      : wrong(
          'announce.peers',
          `${wayName(way)}: a peer that has just announced is not handed out to the next one`,
          'look whether the tracker keeps its peers, or answers from a cache or from several nodes that do not share them',
        );
  });
}

function handedToItself({ ways, firstPeer }: TrackerEvidence): Finding | undefined {
  const way = ways.find(({ again }) => replyIn(again)?.peers.some(({ port }) => port === firstPeer.port));
  return way === undefined
    ? undefined
    : note(
        'announce.itself',
        `${wayName(way)}: a client is told of itself as a peer`,
        'let the tracker leave the announcer out: each such client tries to connect to itself',
      );
}

/** One client went all the ways, so a made-up swarm has one leecher, and those of whom we know. */
function countedTwice({ ways, isMadeUpHash, otherPeers }: TrackerEvidence): Finding | undefined {
  if (!isMadeUpHash) return undefined;
  const answered = ways.filter((way) => replyIn(way.first) !== undefined && !isWebSocket(way)); // a WebRTC peer is another
  const countOf = ({ first }: WayEvidence): number => (replyIn(first)?.incomplete ?? 0) - otherPeers;
  const counted = answered.find((way) => countOf(way) > 1);
  const families = new Set(answered.map(({ family }) => family));
  if (counted === undefined)
    return families.size === 2
      ? ok('announce.twins', 'a client that announces over IPv4 and IPv6 is counted once')
      : undefined;
  return note(
    'announce.twins',
    `a client that announces over several ways is counted ${countOf(counted)} times (seen at ${wayName(counted)})`,
    'counts are too high by as much; a tracker can tell by peer id and key that it is one client',
  );
}
