import { type InfoHash, truncatedInfoHash } from '../../bittorrent/info-hash.ts';
import type { Metainfo } from '../../bittorrent/metainfo/metainfo.ts';

/** As peers that know v2 may have it: not of a hybrid whose piece layers are missing, since they would ask for those in vain. */
export function swarmHashV2({ infoHashV2, warnings }: Metainfo): InfoHash | undefined {
  const lacksLayers = warnings.some(({ code }) => code === 'WARN_NO_PIECE_LAYERS');
  return infoHashV2 === undefined || lacksLayers ? undefined : truncatedInfoHash(infoHashV2);
}
