import ipaddr from 'ipaddr.js';
import { type Address, parseAddress } from '../../bittorrent/endpoint.ts';

type Network = [ipaddr.IPv4 | ipaddr.IPv6, number];

/** Addresses in an X-Forwarded-For header that are looked at. */
const MAX_HOPS = 20;
/** ::ffff:0:0/96 (RFC 4291, 2.5.5.2). */
const MAPPED_BITS = 96;

/** The reverse proxies whose X-Forwarded-For header tells the truth. */
export class TrustedProxies {
  readonly #networks: readonly Network[];

  /**
   * `cidrs`: networks such as `10.0.0.0/8` or `::1/128`, or single addresses. Those of IPv4-mapped addresses are IPv4 networks.
   * @throws {TypeError} for one that is neither.
   */
  constructor(cidrs: readonly string[] = []) {
    this.#networks = cidrs.map(parseNetwork);
  }

  /** Whether the address is one of the proxies. */
  isTrusted(address: Address): boolean {
    if (this.#networks.length === 0) return false;
    const parsed = ipaddr.fromByteArray([...address]);
    return this.#networks.some(
      ([network, bits]) => parsed.kind() === network.kind() && parsed.match(network, bits),
    );
  }

  /**
   * The client behind a trusted proxy: X-Forwarded-For read from the right, passing over hops that are trusted too. What stands
   * left of the first stranger was written by the stranger and counts for nothing. Where all are trusted, the first of them is the
   * client. Undefined when there is no client to be found.
   */
  clientOf(forwardedFor: string): Address | undefined {
    const hops = forwardedFor.split(',');
    let first: Address | undefined;
    for (const hop of hops.slice(-MAX_HOPS).reverse()) {
      const address = parseAddress(withoutPort(hop.trim()));
      if (address === undefined) return undefined;
      if (!this.isTrusted(address)) return address;
      first = address;
    }
    return hops.length > MAX_HOPS ? undefined : first;
  }
}

function parseNetwork(text: string): Network {
  try {
    if (text.includes('/')) return unmapped(...ipaddr.parseCIDR(text));
    const address = ipaddr.parse(text);
    return unmapped(address, address.kind() === 'ipv4' ? 32 : 128);
  } catch (cause) {
    throw new TypeError(`"${text}" is no network: write it like 10.0.0.0/8 or ::1/128`, { cause });
  }
}

/** `::ffff:10.0.0.0/104` is 10.0.0.0/8: no address here is IPv4-mapped, so the former would match none. */
function unmapped(network: ipaddr.IPv4 | ipaddr.IPv6, bits: number): Network {
  if (!(network instanceof ipaddr.IPv6) || !network.isIPv4MappedAddress()) return [network, bits];
  // Somebody meant a prefix of IPv4; of the 128 bits it takes in addresses of all kinds.
  if (bits < MAPPED_BITS) throw new RangeError('the prefix of an IPv4-mapped network has 96 bits or more');
  return [network.toIPv4Address(), bits - MAPPED_BITS];
}

/** Some proxies write `1.2.3.4:5678` or `[::1]:5678`. */
function withoutPort(hop: string): string {
  return /^\[([^\]]*)\](?::\d+)?$/.exec(hop)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(hop)?.[1] ?? hop;
}
