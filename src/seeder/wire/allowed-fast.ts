import { createHash } from 'node:crypto';

/**
 * The pieces that a choked peer may still fetch (BEP 6, "Allowed Fast"): the same for everybody who looks at the peer's
 * network, so that a new connection gains nothing. Empty for IPv6, which the BEP does not define.
 *
 * @param address 4 bytes for IPv4.
 * @param count how many pieces; fewer when the torrent has fewer.
 */
export function allowedFastSet(
  address: Uint8Array,
  infoHash: Uint8Array,
  pieceCount: number,
  count: number,
): number[] {
  if (address.length !== 4) return [];
  const wanted = Math.min(count, pieceCount);
  const pieces = new Set<number>();
  const network = Uint8Array.of(address[0] as number, address[1] as number, address[2] as number, 0);
  let digest: Buffer = Buffer.concat([network, infoHash]);
  while (pieces.size < wanted) {
    digest = createHash('sha1').update(digest).digest();
    for (let at = 0; at < 20 && pieces.size < wanted; at += 4)
      pieces.add(digest.readUInt32BE(at) % pieceCount);
  }
  return [...pieces];
}
