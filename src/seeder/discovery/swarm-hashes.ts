import { bytesEqual } from '../../bittorrent/hex.ts';
import { truncatedInfoHash } from '../../bittorrent/info-hash.ts';

/** The names of a torrent's swarm, 20 bytes each: of a hybrid the v1 info-hash and the v2 one cut short (BEP 52). */
export function swarmHashes({
  infoHash,
  infoHashV2,
}: {
  readonly infoHash: Uint8Array;
  readonly infoHashV2?: Uint8Array | undefined;
}): readonly Uint8Array[] {
  if (infoHashV2 === undefined) return [infoHash];
  const other = truncatedInfoHash(infoHashV2);
  return bytesEqual(infoHash, other) ? [infoHash] : [infoHash, other];
}
