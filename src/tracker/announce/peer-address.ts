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

/**
 * Whether nobody can be reached there, so that it is never listed, whoever names it: the unspecified address, broadcast and multicast
 * are nobody's, and a link-local IPv6 address says nothing without the link.
 */
export function isUnusable(address: Address): boolean {
  const first = address[0] as number; // 4 or 16 bytes
  if (address.length === 4) return first === 0 || first >= 224;
  if (first === 0xfe) return ((address[1] as number) & 0xc0) === 0x80; // fe80::/10
  return first === 0xff || (first === 0 && address.every((byte) => byte === 0));
}
