import { networkInterfaces } from 'node:os';

/**
 * An IPv4 address of this machine outside 127.0.0.0/8, to which its own traffic stays inside it; undefined when it has none.
 * Transmission never connects to a peer at a loopback address, so a test with it needs one.
 */
export function ownAddress(): string | undefined {
  return Object.values(networkInterfaces())
    .flat()
    .find((entry) => entry?.family === 'IPv4' && !entry.internal)?.address;
}
