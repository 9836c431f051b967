import { lookup } from 'node:dns/promises';
import { isIPv4 } from 'node:net';
import { isLoopbackAddress, parseAddress } from '../../../bittorrent/endpoint.ts';

/** Nodes that are asked first; more are passed over. */
const MAX_NODES = 8;

/** A node by which the DHT is joined. */
export interface BootstrapNode {
  /** A name or an IPv4 address. */
  readonly host: string;
  readonly port: number;
}

/** The address that the UDP socket is bound to, for the address that peers are awaited at; undefined: it is one of IPv6 alone. */
export function udpHost(host: string): string | undefined {
  if (host === '::') return '0.0.0.0';
  return isIPv4(host) ? host : undefined;
}

/**
 * The addresses of the nodes; names that are not known are left out. A node of ours that listens on loopback reaches nobody else: it asks
 * for no names, and keeps only nodes on loopback.
 */
export async function bootstrapAddresses(
  nodes: readonly BootstrapNode[],
  boundTo: string,
): Promise<BootstrapNode[]> {
  const isLocal = isLoopback(boundTo);
  const some = nodes.slice(0, MAX_NODES).filter(({ host }) => !isLocal || isLoopback(host));
  const found = await Promise.allSettled(
    some.map(async ({ host, port }) => ({ host: (await lookup(host, { family: 4 })).address, port })),
  );
  return found.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}

/** Whether text is an address of loopback. */
export function isLoopback(host: string): boolean {
  const address = parseAddress(host);
  return address !== undefined && isLoopbackAddress(address);
}
