import type { Magnet } from '../../bittorrent/magnet.ts';
import { encodeMetainfo } from '../../bittorrent/metainfo/encode.ts';
import { parseMetainfo } from '../../bittorrent/metainfo/parse.ts';
import type { Catalogue } from '../catalogue.ts';
import { swarmNamesOf } from './pending-magnet.ts';

/**
 * The `.torrent` file of a magnet link when its torrent is in the catalogue, as one that another node has, or that is only tracked
 * here; with the trackers of the link, unless it is private (BEP 27). Undefined when it is not known.
 */
export function knownTorrent(catalogue: Pick<Catalogue, 'overview'>, magnet: Magnet): Uint8Array | undefined {
  const entry = swarmNamesOf(magnet)
    .map((name) => catalogue.overview.find(name))
    .find((found) => found !== undefined);
  if (entry === undefined) return undefined;
  const { metainfo } = entry;
  if (metainfo.info.isPrivate) return encodeMetainfo(metainfo);
  const known = new Set(metainfo.announceTiers.flat());
  const more = magnet.trackers.filter((url) => !known.has(url)).map((url) => [url]);
  return encodeMetainfo({ ...metainfo, announceTiers: [...metainfo.announceTiers, ...more] });
}

/** Peers that a magnet link names and that may be asked for the torrent: of a private one they come from its trackers alone (BEP 27). */
export function peersFor({ peers }: Magnet, torrent: Uint8Array): Magnet['peers'] {
  return parseMetainfo(torrent).info.isPrivate ? [] : peers;
}
