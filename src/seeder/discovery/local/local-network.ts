import { BlockList } from 'node:net';
import { networkInterfaces } from 'node:os';
import { type Address, formatAddress, isLoopbackAddress } from '../../../bittorrent/endpoint.ts';
import { isNearAddress } from '../../tracker-client/near-address.ts';

/** The networks that this machine is in: who sends to a group is in one of them, or says that he is somebody else. */
export class LocalNetwork {
  readonly #subnets = new BlockList();

  constructor() {
    for (const { address, cidr, family } of Object.values(networkInterfaces()).flatMap(
      (list) => list ?? [],
    )) {
      const bits = Number(cidr?.split('/')[1] ?? Number.NaN);
      if (!Number.isNaN(bits)) this.#subnets.addSubnet(address, bits, family === 'IPv6' ? 'ipv6' : 'ipv4');
    }
  }

  /** Whether a peer at the address can be here and be connected to; one with a link-local IPv6 address cannot, without its interface. */
  has(address: Address): boolean {
    if (address.length === 16 && address[0] === 0xfe && ((address[1] ?? 0) & 0xc0) === 0x80) return false;
    if (isLoopbackAddress(address) || isNearAddress(address)) return true;
    return this.#subnets.check(formatAddress(address), address.length === 4 ? 'ipv4' : 'ipv6');
  }
}
