import { formatAddress, formatEndpoint } from '../bittorrent/endpoint.ts';
import type { Exchange } from '../seeder/tracker-client/tracker-client.ts';
import { countOf } from '../web/format.ts';

/** How an exchange went, as `--json` shows it. */
export function exchangeFacts(exchange: Exchange): Readonly<Record<string, unknown>> {
  const { protocol, remote, local, bytesSent, bytesReceived, elapsedMs, body } = exchange;
  return {
    protocol,
    remote: remote === undefined ? undefined : formatEndpoint(remote),
    local: local === undefined ? undefined : formatAddress(local),
    elapsedMs: Math.round(elapsedMs * 10) / 10,
    bytesSent,
    bytesReceived,
    answerBytes: body.length,
  };
}

/** How an exchange went, in one line: `127.0.0.1:6969 by udp in 3 ms, 114 bytes sent, 42 received`. */
export function exchangeText({ protocol, remote, bytesSent, bytesReceived, elapsedMs }: Exchange): string {
  const who = remote === undefined ? '' : `${formatEndpoint(remote)} `;
  return `${who}by ${protocol} in ${Math.round(elapsedMs)} ms, ${countOf(bytesSent, 'byte')} sent, ${bytesReceived} received`;
}

/** `Label:       value` a line; what is undefined is left out. */
export function labelled(facts: Readonly<Record<string, string | undefined>>): string {
  return Object.entries(facts)
    .filter(([, value]) => value !== undefined)
    .map(([label, value]) => `${`${label}:`.padEnd(14)}${value}\n`)
    .join('');
}
