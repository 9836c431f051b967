import { type Address, formatAddress, isPrivateAddress } from '../../../bittorrent/endpoint.ts';
import { bytesEqual } from '../../../bittorrent/hex.ts';
import type { AnnounceResult } from '../../../seeder/tracker-client/tracker-client.ts';
import { isAnswered, type Outcome, type TrackerEvidence, type WayEvidence, wayName } from '../evidence.ts';
import { type Check, type Finding, note, ok, wrong } from '../finding.ts';

/** At which address the tracker sees its clients. */
export const ADDRESS_CHECKS: readonly Check<TrackerEvidence>[] = [
  (evidence) => evidence.ways.flatMap((way) => seenAddress(way, evidence) ?? []),

  ({ spoofing, ways }) => {
    if (spoofing === undefined) return undefined;
    if (!spoofing.isForwardedBelieved)
      return ok('address.forwarded', 'X-Forwarded-For of ours is not believed');
    const what = 'it believes the X-Forwarded-For that we sent';
    return isNearby(ways)
      ? note(
          'address.forwarded',
          `${what}: this machine is in a network whose proxies it trusts`,
          'name no more networks than those of the proxies (seedbed: --trusted-proxies)',
        )
      : wrong(
          'address.forwarded',
          `${what}: anybody can announce others, and send its clients to them`,
          'let the tracker believe proxies that it knows by their address, and no one else',
        );
  },

  ({ spoofing, ways }) =>
    spoofing?.isParameterBelieved === true && !isNearby(ways)
      ? wrong(
          'address.parameter',
          'it believes the address in the parameter "ip": anybody can announce others, and send its clients to them',
          'let the tracker pass over the parameter, but for senders in its own network',
        )
      : undefined,
];

const HOW =
  'a proxy stands before it whose word is not taken: let the proxy send X-Forwarded-For (or the PROXY protocol), and let the tracker trust the proxy (seedbed: --trusted-proxies with its network)';

/**
 * Strangers are handed the address that the tracker sees. On this machine and in its network that is the one we ask from; from behind
 * NAT we cannot know it, but a private one is wrong.
 */
function seenAddress(way: WayEvidence, evidence: TrackerEvidence): Finding | undefined {
  const seen = seenIn(way, evidence);
  if (seen === undefined || !isAnswered(way.first)) return undefined;
  const { remote, local } = way.first.answer.exchange;
  if (remote === undefined || local === undefined) return undefined;
  const isNear = isPrivateAddress(remote.address) || !isPrivateAddress(local);
  const text = `${wayName(way)}: it sees us at ${formatAddress(seen)}`;
  if (isNear && !bytesEqual(seen, local))
    return wrong('address.seen', `${text}, and we ask from ${formatAddress(local)}`, HOW);
  if (!isNear && isPrivateAddress(seen))
    return wrong('address.seen', `${text}, where nobody else can reach us`, HOW);
  return ok('address.seen', text);
}

/** We ask from the tracker's own machine or network. */
function isNearby(ways: readonly WayEvidence[]): boolean {
  return ways.some(({ first }) => {
    const remote = isAnswered(first) ? first.answer.exchange.remote : undefined;
    return remote !== undefined && isPrivateAddress(remote.address);
  });
}

/** It says so (BEP 24), or hands us out to the second peer. */
function seenIn({ first, second }: WayEvidence, { firstPeer }: TrackerEvidence): Address | undefined {
  const own = replyIn(first)?.externalIp;
  const handedOut = replyIn(second)?.peers.find(({ port }) => port === firstPeer.port)?.address;
  return handedOut ?? own;
}

function replyIn(outcome: Outcome<AnnounceResult> | undefined) {
  if (!isAnswered(outcome)) return undefined;
  const { reply } = outcome.answer;
  return 'failure' in reply ? undefined : reply;
}
