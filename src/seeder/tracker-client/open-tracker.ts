import { isIP } from 'node:net';
import { HttpTracker } from './http-tracker.ts';
import type { TrackerClient, TrackerClientOptions, TrackerProtocol } from './tracker-client.ts';
import { TrackerClientError } from './tracker-client-error.ts';
import { UdpTracker } from './udp-tracker.ts';
import { WebSocketTracker } from './websocket-tracker.ts';

const PROTOCOLS: ReadonlySet<string> = new Set(['http', 'https', 'udp', 'ws', 'wss']);

/** What the scheme of an announce URL says that its tracker speaks; undefined for any other. */
export function protocolOf(announceUrl: string): TrackerProtocol | undefined {
  const scheme = /^([a-z]+):\/\//i.exec(announceUrl)?.[1]?.toLowerCase() ?? '';
  return PROTOCOLS.has(scheme) ? (scheme as TrackerProtocol) : undefined;
}

/**
 * The tracker of an announce URL, to be asked. Opens nothing yet.
 * @throws {TrackerClientError} ERR_URL when it is no URL of a tracker; ERR_FAMILY when its host is an address of another family than asked for.
 */
export function openTracker(announceUrl: string, options: TrackerClientOptions): TrackerClient {
  const text = announceUrl.replace(/#.*$/s, '');
  const url = URL.parse(text);
  const protocol = protocolOf(text);
  if (url === null || url.hostname === '' || protocol === undefined)
    throw new TrackerClientError(
      'ERR_URL',
      'it is no URL such as http://, https://, udp://, ws:// or wss://host/announce',
    );
  const family = isIP(url.hostname.replace(/^\[|\]$/g, ''));
  if (options.family !== undefined && family !== 0 && family !== options.family)
    throw new TrackerClientError('ERR_FAMILY', `its host is an IPv${family} address`);
  if (protocol === 'udp') return new UdpTracker(url, options);
  if (protocol === 'ws' || protocol === 'wss') return new WebSocketTracker(url, options);
  return new HttpTracker(text, options);
}
