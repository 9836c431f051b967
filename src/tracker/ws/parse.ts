import type { IncomingMessage } from 'node:http';
import { type AnnouncePath, parseAnnouncePath } from '../../bittorrent/announce-path.ts';
import type { Address } from '../../bittorrent/endpoint.ts';
import type { AnnounceContext } from '../announce-context.ts';
import { socketAddress } from '../front-end/socket-address.ts';
import type { TrustedProxies } from '../front-end/trusted-proxies.ts';

/** The one who speaks over a WebSocket. */
export interface WsSender extends AnnounceContext {
  readonly protocol: 'ws';
  readonly webSocket: number;
}

const NO_PASSKEY: AnnouncePath = Object.freeze({ passkey: undefined });
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The path of a tracker: as over HTTP, or none, for many write `wss://host` and no more. Undefined for any other. */
export function parseWsPath(url: string): AnnouncePath | undefined {
  if (url === '/' || url.startsWith('/?')) return NO_PASSKEY;
  return parseAnnouncePath(url);
}

/** Whether an upgrade is one to WebSocket. `curl --http2`, for one, offers another, and takes a plain answer. */
export function isWebSocketUpgrade({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket';
}

/** The client's address, after trusted proxies; undefined when the connection is gone already. */
export function sourceOf(request: IncomingMessage, proxies: TrustedProxies): Address | undefined {
  const source = socketAddress(request.socket.remoteAddress);
  const header = request.headers['x-forwarded-for'];
  if (source === undefined || header === undefined || !proxies.isTrusted(source)) return source;
  return proxies.clientOf(typeof header === 'string' ? header : header.join(',')) ?? source;
}

/** The text of a message; undefined when it is not UTF-8. Clients send JSON in binary messages too. */
export function textOf(data: Buffer, isBinary: boolean): string | undefined {
  if (!isBinary) return data.toString(); // RFC 6455, 8.1: checked as it was read
  try {
    return utf8.decode(data);
  } catch {
    return undefined;
  }
}
