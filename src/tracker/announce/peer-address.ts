import type { AnnounceRequest } from '../../bittorrent/announce-request.ts';
import { type Address, parseAddress } from '../../bittorrent/endpoint.ts';

/**
 * The address under which a peer is listed: the one it announces from. Its `ip` parameter counts only when the sender is trusted:
 * anybody else could have strangers' addresses handed out. The parameters `ipv4` and `ipv6` (BEP 7) never count: a client is
 * listed at its other address when it announces from there, which shows that the address is its own.
 */
export function peerAddress(
  request: AnnounceRequest,
  source: Address,
  isTrusted: (source: Address) => boolean,
): Address {
  if (request.ip === undefined) return source;
  if (!isTrusted(source)) return source;
  const claimed = parseAddress(request.ip);
  return claimed === undefined || isUnusable(claimed) ? source : claimed;
}

/** The unspecified address, broadcast and multicast are nobody's. */
function isUnusable(address: Address): boolean {
  if (address.length === 4) return address[0] === 0 || (address[0] as number) >= 224; // four bytes
  return address[0] === 0xff || address.every((byte) => byte === 0);
}
