import { type Address, familyOf } from '../../../bittorrent/endpoint.ts';
import { protocolOf } from '../../../seeder/tracker-client/open-tracker.ts';
import type { Way } from '../evidence.ts';

/**
 * The ways to a tracker: those of its URLs, which have to work, and the protocols that it may speak at the same host and port
 * besides. Over each family of which its host has an address.
 */
export function waysTo(
  { url, alsoExpected = [] }: { readonly url: string; readonly alsoExpected?: readonly string[] },
  addresses: readonly Address[],
): Way[] {
  const expected = [url, ...alsoExpected];
  const urls = [...expected, ...siblingsOf(url)];
  const seen = new Set<string>();
  return urls.flatMap((each, index) => {
    const protocol = protocolOf(each);
    if (protocol === undefined || seen.has(protocol)) return [];
    seen.add(protocol);
    return ([4, 6] as const)
      .filter((family) => addresses.some((address) => familyOf(address) === family))
      .map((family) => ({ protocol, family, url: each, isExpected: index < expected.length }));
  });
}

/** The same host, port and path over other protocols. */
function siblingsOf(text: string): string[] {
  const url = new URL(text);
  const { host, pathname, search } = url;
  const rest = `${pathname}${search}`;
  switch (protocolOf(text)) {
    case 'http':
      return url.port === '' ? [`ws://${host}${rest}`] : [`udp://${host}${rest}`, `ws://${host}${rest}`];
    case 'https':
      return [`wss://${host}${rest}`];
    case 'udp':
      return [`http://${host}${pathname.length > 1 ? rest : '/announce'}`];
    default:
      return [];
  }
}
