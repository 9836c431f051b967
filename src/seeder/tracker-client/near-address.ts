import { type LookupAddress, lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import {
  type Address,
  type Endpoint,
  isLoopbackAddress,
  isPrivateAddress,
  parseAddress,
} from '../../bittorrent/endpoint.ts';
import { TrackerClientError } from './tracker-client-error.ts';

/** Whether an address leads to this machine or into networks of ours: loopback, private, link-local, or none (0.0.0.0/8, "::"). */
export function isNearAddress(address: Address): boolean {
  return isPrivateAddress(address) || isUnspecified(address);
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

function isUnbelievable(address: Address): boolean {
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
