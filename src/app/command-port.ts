import { originOf } from '../api/announce-urls.ts';
import type { Config } from '../config/settings.ts';
import { TrackerHttpServer, type TrackerHttpServerOptions } from '../tracker/http/server.ts';
import { isEveryAddress } from './reachable-address.ts';

/** Where the commands of this machine reach us. */
export interface CommandPort {
  /** `http://127.0.0.1:6969`. */
  readonly origin: string;
  /** Undefined: the HTTP port is enough. */
  readonly server: TrackerHttpServer | undefined;
}

/**
 * The commands of this machine speak plain HTTP. Where the HTTP port may ask them for a PROXY header, as of a balancer on this machine,
 * they are given a free port of loopback that asks for none; nothing else is told of it.
 */
export async function startCommandPort(
  { host, proxyProtocol }: Config,
  shared: Omit<TrackerHttpServerOptions, 'port' | 'certificate' | 'host' | 'proxyProtocol'>,
  httpPort: number,
): Promise<CommandPort> {
  if (proxyProtocol.length === 0)
    return { origin: originOf(isEveryAddress(host) ? LOOPBACK : host, httpPort), server: undefined };
  const server = new TrackerHttpServer({ ...shared, host: LOOPBACK, port: 0, proxyProtocol: [] });
  const { port } = await server.start();
  return { origin: originOf(LOOPBACK, port), server };
}

const LOOPBACK = '127.0.0.1';
