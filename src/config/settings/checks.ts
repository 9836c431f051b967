import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

// Each check throws a plain Error that says what the setting takes.

/** Takes an IPv4 or IPv6 address. */
export function checkAddress(text: string): void {
  if (isIP(text) === 0) throw new Error('it takes an IP address');
}

/** Takes an http or https URL that others can be given. */
export function checkHttpUrl(text: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (
    url === undefined ||
    !/^https?:$/.test(url.protocol) ||
    url.search !== '' ||
    url.hash !== '' ||
    url.username !== ''
  ) {
    throw new Error('it takes an http:// or https:// URL without query or user');
  }
}

/** Takes an address or a network in CIDR notation. */
export function checkCidr(text: string): void {
  if (!ipaddr.isValid(text) && !ipaddr.isValidCIDR(text))
    throw new Error(`"${text}" is no network such as 10.0.0.0/8`);
  if (!ipaddr.isValidCIDR(text)) return;
  const [network, bits] = ipaddr.parseCIDR(text);
  if (network instanceof ipaddr.IPv6 && network.isIPv4MappedAddress() && bits < 96)
    throw new Error(`"${text}" is no network of IPv4: write ${network.toIPv4Address()} with its own prefix`);
}
