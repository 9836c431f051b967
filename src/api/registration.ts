import { type InfoHash, isNamedByV2Only, truncatedInfoHash } from '../bittorrent/info-hash.ts';
import type { CompletedCounts } from './catalogue-types.ts';

/** The tracker has the counts, from the database or from its own counting: registering adds nothing to them. */
export const KNOWN_COUNTS: CompletedCounts = Object.freeze({ completed: 0, completedHere: 0 });

/** What the tracker is told of a torrent: of a hybrid one, its second name as well, by which it is the same swarm (BEP 52). */
export function registrationOf(
  counts: CompletedCounts,
  { infoHash, infoHashV2 }: { readonly infoHash: InfoHash; readonly infoHashV2?: Uint8Array | null },
): CompletedCounts & { readonly alias?: InfoHash } {
  if (infoHashV2 == null || isNamedByV2Only(infoHash, infoHashV2)) return counts;
  return { ...counts, alias: truncatedInfoHash(infoHashV2) };
}
