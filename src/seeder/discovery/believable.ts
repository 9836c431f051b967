import { type Address, type Endpoint, isLoopbackAddress } from '../../bittorrent/endpoint.ts';
import { isNearAddress } from '../tracker-client/near-address.ts';

/** Below are the ports of services; a peer or node that strangers name there is none (libtorrent refuses them too). */
const FIRST_PORT = 1024;

/**
 * Whether somebody at `teller` can know of a peer at `address`: who is out in the world knows of none on this machine or in a network
 * of ours, and would have us knock at our own doors; who is near us but not on this machine knows of none on it.
 * The same holds the other way round, for whom of our peers he can reach.
 */
export function canKnow(teller: Address, address: Address): boolean {
  if (isNobodys(address)) return false;
  if (isLoopbackAddress(address)) return isLoopbackAddress(teller);
  return !isNearAddress(address) || isNearAddress(teller);
}

/** Whether a stranger at `teller` is believed that there is a peer or node at the endpoint. */
export function isBelievable(teller: Address, { address, port }: Endpoint): boolean {
  return port >= FIRST_PORT && port <= 65535 && canKnow(teller, address);
}

/** Addresses of groups, of everybody, and of none: 0.0.0.0/8, 224.0.0.0/3, `::`, ff00::/8. */
function isNobodys(address: Address): boolean {
  const [first = 0] = address;
  if (address.length === 4) return first === 0 || first >= 224;
  return first === 0xff || address.every((byte) => byte === 0);
}
