import { type InfoHash, truncatedInfoHash } from '../bittorrent/info-hash.ts';
import type { CompletedCounts } from './catalogue-types.ts';

/** What the tracker is told of a torrent: of a hybrid one, its second name as well, by which it is the same swarm (BEP 52). */
export function registrationOf(
  counts: CompletedCounts,
  infoHashV2: Uint8Array | null | undefined,
): CompletedCounts & { readonly alias?: InfoHash } {
  return infoHashV2 == null ? counts : { ...counts, alias: truncatedInfoHash(infoHashV2) };
}
