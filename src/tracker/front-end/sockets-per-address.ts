import { type Address, isPrivateAddress } from '../../bittorrent/endpoint.ts';
import { toHex } from '../../bittorrent/hex.ts';

/** What one customer gets of IPv6, in bytes. */
const IPV6_PREFIX_BYTES = 8;

/**
 * How many sockets each address has: an IPv4 address, or an IPv6 /64. Private and loopback addresses are not counted: behind one stands
 * a local network, or a reverse proxy with everybody. No larger than the number of sockets.
 */
export class SocketsPerAddress {
  readonly #max: number;
  readonly #counts = new Map<string, number>();

  constructor(max: number) {
    this.#max = max;
  }

  /** Counts another socket; false, and then it is not counted, when the address has as many as it may. */
  enter(address: Address): boolean {
    if (isPrivateAddress(address)) return true;
    const key = keyOf(address);
    const count = this.#counts.get(key) ?? 0;
    if (count >= this.#max) return false;
    this.#counts.set(key, count + 1);
    return true;
  }

  /** A socket that was counted is no more. */
  leave(address: Address): void {
    if (isPrivateAddress(address)) return;
    const key = keyOf(address);
    const count = (this.#counts.get(key) ?? 0) - 1;
    if (count > 0) this.#counts.set(key, count);
    else this.#counts.delete(key);
  }
}

function keyOf(address: Address): string {
  return toHex(address.length === 4 ? address : address.subarray(0, IPV6_PREFIX_BYTES));
}
