import { readFileSync } from 'node:fs';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';

/**
 * The address by which other machines most likely reach this one: that of the default route's interface, else the first
 * that is not loopback, else loopback. IPv4 before IPv6.
 */
export function defaultRouteAddress(): string {
  const interfaces = networkInterfaces();
  const routed = defaultRouteInterface();
  const candidates = [
    ...(interfaces[routed ?? ''] ?? []),
    ...Object.values(interfaces).flatMap((list) => list ?? []),
  ].filter(isReachable);
  const chosen = candidates.find(({ family }) => family === 'IPv4') ?? candidates[0];
  return chosen?.address ?? '127.0.0.1';
}

function isReachable(candidate: NetworkInterfaceInfo): boolean {
  return !candidate.internal && !candidate.address.startsWith('fe80:');
}

/** The interface of the default route as Linux tells it; undefined elsewhere. Nothing is sent. */
function defaultRouteInterface(): string | undefined {
  try {
    const rows = readFileSync('/proc/net/route', 'utf8').split('\n').slice(1);
    return rows.map((row) => row.split('\t')).find(([, destination]) => destination === '00000000')?.[0];
  } catch {
    return undefined; // no such file on other systems
  }
}
