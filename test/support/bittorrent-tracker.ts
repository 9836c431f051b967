import { once } from 'node:events';
import { type CleanupOwner, cleanup } from './scope.ts';

/** The part of the package's server that is used; it has no types of its own. */
interface Server {
  readonly http: { address(): { readonly port: number } };
  readonly udp: { address(): { readonly port: number } };
  listen(port: number, hostname: object): void;
  close(callback: () => void): void;
  on(event: 'error' | 'warning', listener: (error: unknown) => void): void;
}

/** A running tracker of the npm package bittorrent-tracker on 127.0.0.1. */
export interface RunningBittorrentTracker {
  /** `http://127.0.0.1:port/announce`. */
  readonly http: string;
  readonly udp: string;
  readonly ws: string;
}

/** Starts a tracker that speaks HTTP, UDP and WebSocket, written by others; it ends with its owner. */
export async function startBittorrentTracker(
  owner: CleanupOwner,
  options: { readonly trustProxy?: boolean } = {},
): Promise<RunningBittorrentTracker> {
  const name: string = 'bittorrent-tracker'; // not a literal: there are no types to be looked for
  const { Server: Constructor } = (await import(name)) as { Server: new (options: object) => Server };
  const server = new Constructor({ http: true, udp: true, ws: true, stats: false, ...options });
  server.on('warning', () => {}); // what a client did wrong
  server.listen(0, { http: '::', udp: '127.0.0.1', udp6: '::1' });
  await once(server as never, 'listening');
  cleanup(owner, () => new Promise((resolve) => server.close(() => resolve())));
  const origin = `127.0.0.1:${server.http.address().port}/announce`;
  return {
    http: `http://${origin}`,
    udp: `udp://127.0.0.1:${server.udp.address().port}/announce`,
    ws: `ws://${origin}`,
  };
}
