import ipaddr from 'ipaddr.js';
import { ProtocolError } from './errors.ts';

declare const brand: unique symbol;

/**
 * An IP address in network order: 4 bytes for IPv4, 16 for IPv6. An IPv4-mapped IPv6 address cannot exist in this
 * form: the constructors turn it into its 4 bytes, so one peer has one spelling.
 */
export type Address = Uint8Array & { readonly [brand]: 'Address' };

/** Where a peer listens. */
export interface Endpoint {
  readonly address: Address;
  /** 1 to 65535. */
  readonly port: number;
}

/** 4 for IPv4, 6 for IPv6. */
export type AddressFamily = 4 | 6;

/** The family of a canonical address. */
export function familyOf(address: Address): AddressFamily {
  return address.length === 4 ? 4 : 6;
}

/**
 * A copy of 4 or 16 bytes in canonical form.
 * @throws {ProtocolError} ERR_ADDRESS for any other length.
 */
export function addressFromBytes(bytes: Uint8Array): Address {
  if (bytes.length === 4) return new Uint8Array(bytes) as Address; // one of two constructors of the brand
  if (bytes.length !== 16) {
    throw new ProtocolError('ERR_ADDRESS', `an address has 4 or 16 bytes, this one has ${bytes.length}`);
  }
  return new Uint8Array(isMapped(bytes) ? bytes.subarray(12) : bytes) as Address; // the other one
}

/** The longest IPv6 spelling has 45 characters; the rest is room for a scope id. */
const MAX_ADDRESS_TEXT = 128;

/** The address that `text` spells (dotted IPv4, any IPv6 spelling, a scope id is dropped), or undefined. */
export function parseAddress(text: string): Address | undefined {
  if (text.length > MAX_ADDRESS_TEXT) return undefined;
  if (ipaddr.IPv4.isValidFourPartDecimal(text))
    return addressFromBytes(Uint8Array.from(ipaddr.IPv4.parse(text).toByteArray()));
  const bare = text.replace(/%.*$/s, '');
  if (!ipaddr.IPv6.isValid(bare)) return undefined;
  const bytes = Uint8Array.from(ipaddr.IPv6.parse(bare).toByteArray());
  if (IPV4_COMPATIBLE.test(bare)) bytes.fill(0, 10, 12); // ipaddr.js takes it for an IPv4-mapped one
  return addressFromBytes(bytes);
}

/** `::1.2.3.4` (RFC 4291, 2.5.5.1) is an IPv6 address that nobody has any more, and never the IPv4 address in it. */
const IPV4_COMPATIBLE = /^::\d+\.\d+\.\d+\.\d+$/;

/** Dotted IPv4 or the short RFC 5952 spelling of IPv6, without brackets. */
export function formatAddress(address: Address): string {
  if (address.length === 4) return `${address[0]}.${address[1]}.${address[2]}.${address[3]}`;
  const [start, end] = longestZeroes(address);
  let text = '';
  for (let group = 0; group < 8; group++) {
    if (group === start) {
      text += '::';
      group = end - 1;
    } else text += `${group === 0 || group === end ? '' : ':'}${groupAt(address, group).toString(16)}`;
  }
  return text;
}

/** From where to where `::` stands: the longest run of two or more groups that are 0, the first of equals (RFC 5952, 4.2). */
function longestZeroes(address: Address): readonly [start: number, end: number] {
  let [start, end] = [-1, -1];
  for (let group = 0; group < 8; group++) {
    const from = group;
    while (group < 8 && groupAt(address, group) === 0) group++;
    if (group - from > Math.max(1, end - start)) [start, end] = [from, group];
  }
  return [start, end];
}

/** One of the eight groups of an IPv6 address. */
function groupAt(address: Address, group: number): number {
  return ((address[group * 2] as number) << 8) | (address[group * 2 + 1] as number); // 16 bytes
}

/** `1.2.3.4:80` or `[::1]:80`, as URLs and people write it. */
export function formatEndpoint(endpoint: Endpoint): string {
  const address = formatAddress(endpoint.address);
  return familyOf(endpoint.address) === 6 ? `[${address}]:${endpoint.port}` : `${address}:${endpoint.port}`;
}

/** 127.0.0.0/8 or ::1. */
export function isLoopbackAddress(address: Address): boolean {
  return address.length === 4 ? address[0] === 127 : address.every((byte, i) => byte === (i === 15 ? 1 : 0));
}

/** Loopback, RFC 1918, shared (100.64/10), link-local or unique-local: an address that means nothing to strangers. */
export function isPrivateAddress(address: Address): boolean {
  const [first = 0, second = 0] = address;
  if (address.length === 16) {
    const isLinkLocal = first === 0xfe && (second & 0xc0) === 0x80; // fe80::/10
    return isLinkLocal || (first & 0xfe) === 0xfc || isLoopbackAddress(address); // fc00::/7
  }
  if (first === 172) return (second & 0xf0) === 16;
  if (first === 100) return (second & 0xc0) === 64;
  if (first === 192) return second === 168;
  if (first === 169) return second === 254;
  return first === 10 || first === 127;
}

/** ::ffff:0:0/96 (RFC 4291, 2.5.5.2). */
function isMapped(bytes: Uint8Array): boolean {
  for (let i = 0; i < 10; i++) if (bytes[i] !== 0) return false;
  return bytes[10] === 0xff && bytes[11] === 0xff;
}
