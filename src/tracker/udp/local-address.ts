import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import { type Address, familyOf, isLoopbackAddress } from '../../bittorrent/endpoint.ts';
import { socketAddress } from '../front-end/socket-address.ts';
import type { LocalAddressFor } from './parse.ts';

/** An address of this machine and the network in which it lies. */
interface LocalNetwork {
  readonly address: Address;
  readonly mask: Uint8Array;
}

/** What {@link localAddresses} is made of. */
export interface LocalAddressOptions {
  /** The one address that we listen on; undefined when it is all of them. */
  readonly bound?: Address | undefined;
  /** Where strangers reach us: what clients are given that share no network with us. Asked with each look at the interfaces. */
  readonly defaultAddress: () => Address | undefined;
  readonly interfaces?: () => NodeJS.Dict<NetworkInterfaceInfo[]>;
  readonly nowMs?: () => number;
}

/** How long a look at the interfaces holds: an address that was taken away is handed out no longer than that. */
const REFRESH_MS = 10_000;

/**
 * Guesses the address at which a client reached us, which Node does not tell of a packet: our address on the network that we share
 * with it (loopback for loopback), else the default one of its family, else any of ours that strangers can reach.
 */
export function localAddresses(options: LocalAddressOptions): LocalAddressFor {
  const { bound, defaultAddress, interfaces = networkInterfaces, nowMs = () => performance.now() } = options;
  if (bound !== undefined) return () => bound;
  let networks: readonly LocalNetwork[] = [];
  let fallback: Address | undefined;
  let lookedAtMs = Number.NEGATIVE_INFINITY;
  return (source) => {
    if (nowMs() - lookedAtMs >= REFRESH_MS) {
      lookedAtMs = nowMs();
      networks = networksOf(interfaces());
      fallback = defaultAddress();
    }
    const shared = networks.find((network) => isWithin(source, network));
    if (shared !== undefined) return shared.address;
    if (fallback !== undefined && familyOf(fallback) === familyOf(source)) return fallback;
    return networks.find((network) => isReachableFrom(source, network))?.address;
  };
}

function networksOf(interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>): LocalNetwork[] {
  return Object.values(interfaces).flatMap((list = []) =>
    list.flatMap(({ address, netmask }) => {
      const own = socketAddress(address);
      const mask = socketAddress(netmask);
      return own === undefined || mask === undefined || own.length !== mask.length
        ? []
        : [{ address: own, mask }];
    }),
  );
}

function isWithin(source: Address, { address, mask }: LocalNetwork): boolean {
  if (source.length !== address.length) return false;
  return mask.every((bits, i) => (((source[i] ?? 0) ^ (address[i] ?? 0)) & bits) === 0);
}

/** Loopback and link-local addresses mean nothing to somebody outside their network. */
function isReachableFrom(source: Address, { address }: LocalNetwork): boolean {
  const isLinkLocal =
    address.length === 16
      ? address[0] === 0xfe && ((address[1] ?? 0) & 0xc0) === 0x80
      : address[0] === 169 && address[1] === 254;
  return address.length === source.length && !isLinkLocal && !isLoopbackAddress(address);
}
