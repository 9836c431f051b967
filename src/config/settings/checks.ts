import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { parseDatabase } from '../../persistence/database-url.ts';

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

/** Takes whose `ip` parameter counts: `none`, `private`, an address or a network. */
export function checkIpParameterTrust(text: string): void {
  if (text !== 'none' && text !== 'private') checkCidr(text);
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

/** Takes a name or IPv4 address with a UDP port, or `none`. */
export function checkBootstrapNode(text: string): void {
  const [, host = '', port = ''] = /^([^:]+):(\d{1,5})$/.exec(text) ?? [];
  const isPort = Number(port) >= 1 && Number(port) <= 65535;
  if (text !== 'none' && (!isPort || !(isIP(host) === 4 || isHostName(host))))
    throw new Error(
      `"${text}" is no HOST:PORT such as router.example.org:6881, with a name or an IPv4 address`,
    );
}

/** RFC 1123; a last label of digits alone would be an address that is none. */
function isHostName(text: string): boolean {
  const labels = text.replace(/\.$/, '').split('.');
  const isLabel = (label: string): boolean => /^[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/i.test(label);
  return text.length <= 253 && labels.every(isLabel) && !/^\d+$/.test(labels.at(-1) ?? '');
}

/** Takes `sqlite` or the name of a database. */
export function checkDatabase(text: string): void {
  if (text !== 'sqlite') parseDatabase(text);
}

/** Takes a name that is easily told from others, and fits the database. */
export function checkNodeName(text: string): void {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(text))
    throw new Error('it takes up to 64 letters, digits, dots, hyphens and underscores');
}

/** Takes addresses, or the name of a file: what looks like a network has to be one. */
export function checkAddressesOrFile(text: string): void {
  if (/^[0-9a-f.:]+\/\d+$/i.test(text)) checkCidr(text);
}

/** Takes 1 to 20 bytes with which a peer id may begin. */
export function checkClientPrefix(text: string): void {
  if (!/^(?:[\x20-\x24\x26-\x7e]|%[0-9a-f]{2}){1,20}$/i.test(text))
    throw new Error(
      `"${text}" is no beginning of a peer id: it takes 1 to 20 characters, others than ASCII and % written like %25`,
    );
}
