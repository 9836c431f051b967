import { isNamedByV2Only, truncatedInfoHash } from '../../bittorrent/info-hash.ts';
import type { Magnet } from '../../bittorrent/magnet.ts';

/** Which info-hashes a link names. */
export const MAGNET_VERSIONS = ['v1', 'v2', 'both'] as const;

/** The link with the info-hash of one version only; undefined when it has none of that version. */
export function withVersion(magnet: Magnet, version: (typeof MAGNET_VERSIONS)[number]): Magnet | undefined {
  if (version === 'both') return magnet;
  const { infoHash, infoHashV2 } = magnet;
  if (version === 'v2')
    return infoHashV2 === undefined ? undefined : { ...magnet, infoHash: truncatedInfoHash(infoHashV2) };
  return isNamedByV2Only(infoHash, infoHashV2) ? undefined : { ...magnet, infoHashV2: undefined };
}
