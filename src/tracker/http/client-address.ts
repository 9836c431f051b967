import type { Socket } from 'node:net';
import { type Endpoint, familyOf, formatAddress } from '../../bittorrent/endpoint.ts';

/**
 * Makes a socket tell the client behind a balancer, whoever asks it: ourselves, node:http, Express, a WebSocket server. The address at
 * which it reached us is the balancer's business, so the socket tells none.
 */
export function setClientAddress(socket: Socket, { address, port }: Endpoint): void {
  Object.defineProperties(socket, {
    remoteAddress: { value: formatAddress(address), configurable: true },
    remotePort: { value: port, configurable: true },
    remoteFamily: { value: familyOf(address) === 6 ? 'IPv6' : 'IPv4', configurable: true },
    localAddress: { value: undefined, configurable: true },
  });
}
