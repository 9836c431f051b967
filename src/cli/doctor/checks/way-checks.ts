import { TrackerClientError } from '../../../seeder/tracker-client/tracker-client-error.ts';
import { isAnswered, type TrackerEvidence, type WayEvidence, wayName } from '../evidence.ts';
import { type Check, type Finding, note, ok, wrong } from '../finding.ts';

/** Whether the tracker answers at all, each way. */
export const WAY_CHECKS: readonly Check<TrackerEvidence>[] = [
  (evidence) => evidence.ways.flatMap((way) => findingFor(way, evidence) ?? []),
];

/** Codes of {@link TrackerClientError} that say nothing of the tracker, but of this machine. */
const OURS = /this machine has/;

function findingFor(way: WayEvidence, evidence: TrackerEvidence): Finding | undefined {
  const { first, isExpected } = way;
  const check = `reach.${way.protocol}${way.family}`;
  if (isAnswered(first)) {
    const ms = Math.round(first.answer.exchange.elapsedMs);
    return ok(check, `${wayName(way)} answers in ${ms} ms`);
  }
  const { error } = first;
  if (OURS.test(error.message))
    return note(
      check,
      `${wayName(way)} cannot be checked from here: ${error.message}`,
      `run seedbed doctor on a machine with IPv${way.family}`,
    );
  if (!isExpected) return undefined; // nobody said that it is there
  if (error instanceof TrackerClientError && error.code === 'ERR_REDIRECT')
    return redirected(check, way, error);
  return wrong(check, `${wayName(way)}: ${error.message}`, howToReach(way, evidence, error));
}

function redirected(check: string, way: WayEvidence, { location = '' }: TrackerClientError): Finding {
  return wrong(
    check,
    `${wayName(way)}: it redirects to ${location}`,
    'write that URL into torrents: not every client follows, and each announce costs two requests',
  );
}

function howToReach(way: WayEvidence, { ways, port }: TrackerEvidence, error: Error): string {
  const code = error instanceof TrackerClientError ? error.code : 'ERR_ANSWER';
  const others = ways.filter(({ first }) => isAnswered(first));
  const transport = way.protocol === 'udp' ? 'UDP' : 'TCP';
  if (way.protocol === 'udp' && code === 'ERR_TIMEOUT')
    return others.length > 0
      ? `${wayName(others[0] as WayEvidence)} answers, so a firewall drops UDP: open UDP port ${portOf(way, port)}, and forward it where there is NAT`
      : `start the tracker, and open UDP port ${portOf(way, port)} in the firewall`;
  if (code === 'ERR_REFUSED')
    return `nobody listens on ${transport} port ${portOf(way, port)} over IPv${way.family}: start the tracker there, on an address of that family, or remove the URL or the ${way.family === 6 ? 'AAAA' : 'A'} record`;
  if (code === 'ERR_TIMEOUT' || code === 'ERR_UNREACHABLE')
    return `open ${transport} port ${portOf(way, port)} in the firewall, and forward it where there is NAT (some routers do not let their own network in: then look from elsewhere)`;
  if (code === 'ERR_TLS') return 'let the port speak TLS, or write http:// into the URL';
  if (code === 'ERR_STATUS')
    return 'let the path of the URL lead to the tracker; behind a proxy, look at its log';
  return 'look at the log of the tracker';
}

function portOf({ url }: WayEvidence, port: number): number {
  return Number(new URL(url).port) || port;
}
