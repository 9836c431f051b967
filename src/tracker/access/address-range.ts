import { type Address, formatAddress, parseAddress } from '../../bittorrent/endpoint.ts';

/** Addresses of one family, from the first to the last. */
export interface AddressRange {
  readonly first: Address;
  readonly last: Address;
}

/** ::ffff:0:0/96 (RFC 4291, 2.5.5.2). */
const MAPPED_BITS = 96;

/** The range that a text spells: an address, a network such as `10.0.0.0/8`, or two addresses with a `-` between them. Undefined for anything else. */
export function parseAddressRange(text: string): AddressRange | undefined {
  const slash = text.indexOf('/');
  if (slash >= 0) return networkOf(text.slice(0, slash), text.slice(slash + 1));
  const dash = text.indexOf('-');
  if (dash >= 0) return addressRange(text.slice(0, dash).trim(), text.slice(dash + 1).trim());
  return addressRange(text, text);
}

/** The range from one address to another; undefined when they are none, of two families, or in the wrong order. */
export function addressRange(firstText: string, lastText: string): AddressRange | undefined {
  const first = addressOf(firstText);
  const last = firstText === lastText ? first : addressOf(lastText);
  if (first === undefined || last === undefined || first.length !== last.length) return undefined;
  return Buffer.compare(first, last) <= 0 ? { first, last } : undefined;
}

/** The shortest spelling: an address, a network, or two addresses. */
export function formatAddressRange({ first, last }: AddressRange): string {
  const bits = first.length * 8;
  let prefix = 0;
  while (prefix < bits && bitAt(first, prefix) === bitAt(last, prefix)) prefix++;
  for (let bit = prefix; bit < bits; bit++)
    if (bitAt(first, bit) !== 0 || bitAt(last, bit) !== 1)
      return `${formatAddress(first)}-${formatAddress(last)}`;
  return prefix === bits ? formatAddress(first) : `${formatAddress(first)}/${prefix}`;
}

function networkOf(addressText: string, bitsText: string): AddressRange | undefined {
  const address = addressOf(addressText);
  if (address === undefined || !/^\d{1,3}$/.test(bitsText)) return undefined;
  const isMapped = address.length === 4 && addressText.includes(':');
  const bits = Number(bitsText) - (isMapped ? MAPPED_BITS : 0);
  if (bits < 0 || bits > address.length * 8) return undefined;
  const [first, last] = [address.slice() as Address, address.slice() as Address]; // copies of a canonical address
  for (let bit = bits; bit < address.length * 8; bit++) {
    const mask = 0x80 >> (bit & 7);
    first[bit >> 3] = (first[bit >> 3] as number) & ~mask; // within the address; so below
    last[bit >> 3] = (last[bit >> 3] as number) | mask;
  }
  return { first, last };
}

/** Blocklists write `001.002.003.004`, and mean decimal numbers. */
function addressOf(text: string): Address | undefined {
  const bare = /^[\d.]+$/.test(text) ? text.replace(/(^|\.)0+(?=\d)/g, '$1') : text;
  return bare.includes('%') ? undefined : parseAddress(bare);
}

function bitAt(bytes: Uint8Array, bit: number): number {
  return ((bytes[bit >> 3] as number) >> (7 - (bit & 7))) & 1; // within the address
}
