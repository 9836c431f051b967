import { formatEndpoint, isPrivateAddress } from '../../../bittorrent/endpoint.ts';
import { isAnswered, type WayEvidence, wayName } from '../evidence.ts';
import { type Check, type Finding, note, ok, wrong } from '../finding.ts';
import type { OwnEvidence, RunningEvidence } from '../own/own-evidence.ts';

/** A reply with so many peers may have left ours out. */
const MANY_PEERS = 50;

/** Whether the announce URL leads to this server, and its seed node is handed out where strangers reach it. */
export const OWN_REACH_CHECKS: readonly Check<OwnEvidence>[] = [
  ({ folder, server }) =>
    server === undefined
      ? wrong('own.server', `no server runs on the data folder ${folder.path}`, 'start it: seedbed serve')
      : ok(
          'own.server',
          `Seedbed ${server.view.version} runs on ${folder.path} as process ${server.view.pid}`,
        ),

  ({ server }) => (server === undefined ? undefined : pointsAtUs(server)),

  ({ server }) =>
    server?.isSeeded === true ? server.tracker.ways.flatMap((way) => seedOf(way, server) ?? []) : undefined,
];

/** A peer that was announced on this machine is handed out by the announce URL, when that leads here. */
function pointsAtUs({ tracker, localPeerPort, view }: RunningEvidence): Finding | undefined {
  if (localPeerPort === undefined)
    return note(
      'own.public-url',
      `whether ${view.announceUrl} leads to this server could not be told: it takes no announce of ours`,
      tracker.refusalHint ?? 'look at the log of the server',
    );
  const replies = tracker.ways.filter(({ protocol }) => protocol.startsWith('http')).flatMap(repliesOf);
  if (replies.length === 0) return undefined; // told by what cannot be reached
  const isTold = replies.some(({ peers }) => peers.some(({ port }) => port === localPeerPort));
  if (isTold) return ok('own.public-url', `${view.announceUrl} leads to this server`);
  if (replies.some(({ peers }) => peers.length >= MANY_PEERS)) return undefined; // it cannot be told
  return wrong(
    'own.public-url',
    `${view.announceUrl} leads to a tracker, but not to this server`,
    'let --public-url be the URL by which strangers reach this server, or mend its DNS name or proxy',
  );
}

function repliesOf({ first, second, again }: WayEvidence) {
  return [first, second, again].flatMap((outcome) =>
    isAnswered(outcome) && 'peers' in outcome.answer.reply ? [outcome.answer.reply] : [],
  );
}

function seedOf(way: WayEvidence, { view }: RunningEvidence): Finding | undefined {
  const replies = repliesOf(way);
  if (replies.length === 0 || way.protocol.startsWith('ws')) return undefined;
  const seed = replies.flatMap(({ peers }) => peers).find(({ port }) => port === view.peerPort);
  if (seed !== undefined) {
    const remote = isAnswered(way.first) ? way.first.answer.exchange.remote : undefined;
    const isReachedFromFar = remote !== undefined && !isPrivateAddress(remote.address);
    const text = `${wayName(way)}: our seed node is handed out at ${formatEndpoint(seed)}`;
    return isReachedFromFar && isPrivateAddress(seed.address)
      ? wrong(
          'own.seed',
          `${text}, where strangers cannot reach it`,
          `say where they can: --public-address, and forward TCP port ${view.peerPort} to it`,
        )
      : ok('own.seed', text);
  }
  if (replies.some(({ peers }) => peers.length >= MANY_PEERS)) return undefined; // it cannot be told
  const hasFamily = view.publicAddresses.some((address) => address.includes(':') === (way.family === 6));
  if (view.publicAddresses.length > 0 && !hasFamily)
    return note(
      'own.seed',
      `${wayName(way)}: our seed node is not handed out: --public-address names none of IPv${way.family}`,
      `add its IPv${way.family} address there, when it has one`,
    );
  return wrong(
    'own.seed',
    `${wayName(way)}: our seed node is not handed out`,
    view.trustedProxies.length > 0
      ? 'behind a proxy the server does not know where it is reached: say so with --public-address'
      : 'look at seedbed list, whether it is seeding, and say where it is reached with --public-address',
  );
}
