import fc from 'fast-check';
import { type Address, addressFromBytes, type Endpoint } from '../../../src/bittorrent/endpoint.ts';
import { type InfoHash, infoHashFromBytes } from '../../../src/bittorrent/info-hash.ts';

/** Objects like those that programs write: with a prototype. */
export function record<T extends object>(
  members: { [Key in keyof T]: fc.Arbitrary<T[Key]> },
): fc.Arbitrary<T> {
  return fc.record(members, { noNullPrototype: true }) as fc.Arbitrary<T>; // no member is optional
}

/** Byte strings of a length. */
export const bytesOf = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length });

export const infoHashes: fc.Arbitrary<InfoHash> = bytesOf(20).map(infoHashFromBytes);

export const ipv4Addresses: fc.Arbitrary<Address> = bytesOf(4).map(addressFromBytes);

/** Canonical ones only: an IPv4-mapped address is none. */
export const ipv6Addresses: fc.Arbitrary<Address> = bytesOf(16)
  .map(addressFromBytes)
  .filter((address) => address.length === 16);

export const addresses = fc.oneof(ipv4Addresses, ipv6Addresses);
export const ports = fc.integer({ min: 1, max: 65535 });

export const endpointsOf = (address: fc.Arbitrary<Address>): fc.Arbitrary<Endpoint> =>
  record({ address, port: ports });

/** Counters as they occur in protocols: small ones, and up to 2^53 - 1. */
export const counters = fc.oneof(fc.nat(), fc.maxSafeNat());

/** Announce URLs that a torrent can name. */
export const trackerUrls: fc.Arbitrary<string> = fc.oneof(
  fc.webUrl({ validSchemes: ['http', 'https'], withQueryParameters: true }),
  fc.tuple(fc.domain(), ports).map(([host, port]) => `udp://${host}:${port}`),
);

/** Web seeds. */
export const webSeedUrls: fc.Arbitrary<string> = fc.webUrl({ validSchemes: ['http', 'https'] });

/** Text that has a UTF-8 form, from every plane. */
export const texts = fc.string({ unit: 'binary', maxLength: 40 }).map((text) => text.toWellFormed());

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const NOT_IN_NAMES = /[/\\\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/** Names that may be a component of a path. */
export const names: fc.Arbitrary<string> = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
  .filter((name) => !NOT_IN_NAMES.test(name) && name !== '.' && name !== '..');
