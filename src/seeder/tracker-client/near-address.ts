import { type LookupAddress, lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import {
  type Address,
  addressFromBytes,
  type Endpoint,
  isLoopbackAddress,
  isPrivateAddress,
  parseAddress,
} from '../../bittorrent/endpoint.ts';
import { TrackerClientError } from './tracker-client-error.ts';

/**
 * Whether an address leads to this machine or into networks of ours: loopback, private, link-local or site-local, or none (0.0.0.0/8, "::"). One of
 * IPv6 in which such an address of IPv4 is wrapped is one too, since a translator or a tunnel may be there to unwrap it.
 */
export function isNearAddress(address: Address): boolean {
  const inner = unwrapped(address);
  return isPrivateAddress(inner) || isUnspecified(inner) || isSiteLocal(inner);
}

/** The address of IPv4 that one of IPv6 stands for: NAT64 (RFC 6052), 6to4 (RFC 3056), or ::/96 (RFC 4291, 2.5.5.1); else itself. */
function unwrapped(address: Address): Address {
  if (address.length === 4) return address;
  const startsWith = (...bytes: readonly number[]): boolean =>
    bytes.every((byte, at) => address[at] === byte);
  if (startsWith(0x20, 0x02)) return addressFromBytes(address.subarray(2, 6));
  const isTranslated = startsWith(0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0);
  const isCompatible =
    startsWith(...new Uint8Array(12)) && !isLoopbackAddress(address) && !isUnspecified(address);
  return isTranslated || isCompatible ? addressFromBytes(address.subarray(12)) : address;
}

/** fec0::/10, given up (RFC 3879) and used on. */
function isSiteLocal(address: Address): boolean {
  return address.length === 16 && address[0] === 0xfe && ((address[1] ?? 0) & 0xc0) === 0xc0;
}

/** Looks names up as the system does, but fails when one leads into our own network. */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    const [first] = addresses ?? [];
    if (error !== null || first === undefined) return callback(error, '', 0);
    if (addresses.some(isNear)) return callback(nearError(), '', 0);
    return options.all === true ? callback(null, addresses) : callback(null, first.address, first.family);
  });
};

/**
 * An address in a URL is not looked up.
 * @throws {TrackerClientError} ERR_REDIRECT when it leads into our own network.
 */
export function refuseNear({ hostname }: URL): void {
  const address = parseAddress(hostname.replace(/^\[|\]$/g, ''));
  if (address !== undefined && isNearAddress(address)) throw nearError();
}

/**
 * The peers that a tracker may name: one out in the world knows of none on this machine, on its link, or at an address of a group,
 * and would have us knock at our own doors. A tracker near us may have such peers.
 */
export function believablePeers(
  peers: readonly Endpoint[],
  tracker: Endpoint | undefined,
): readonly Endpoint[] {
  if (tracker !== undefined && isNearAddress(tracker.address)) return peers;
  return peers.filter(({ address }) => !isUnbelievable(address));
}

function isUnbelievable(wrapped: Address): boolean {
  const address = unwrapped(wrapped);
  const [first = 0, second = 0] = address;
  if (isLoopbackAddress(address) || isUnspecified(address)) return true;
  if (address.length === 16) return first === 0xff || (first === 0xfe && (second & 0xc0) === 0x80);
  return first >= 224 || (first === 169 && second === 254);
}

function isUnspecified(address: Address): boolean {
  return address.length === 4 ? address[0] === 0 : address.every((byte) => byte === 0);
}

function isNear({ address: text }: LookupAddress): boolean {
  const address = parseAddress(text);
  return address === undefined || isNearAddress(address);
}

function nearError(): TrackerClientError {
  return new TrackerClientError('ERR_REDIRECT', 'it leads into a network that is not public');
}
