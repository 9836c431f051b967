import type { Magnet } from '../../bittorrent/magnet.ts';
import type { Metainfo } from '../../bittorrent/metainfo/metainfo.ts';
import { parseMetainfo } from '../../bittorrent/metainfo/parse.ts';
import { decodePreferences } from '../../seeder/torrents/torrent-preferences.ts';
import type { Catalogue } from '../catalogue.ts';
import { CatalogueError } from '../catalogue-error.ts';
import type { Added } from '../catalogue-types.ts';
import { peersFor } from './known-torrent.ts';
import type { PendingMagnet } from './pending-magnet.ts';
import { decodeLimits } from './stored-limits.ts';

/** What the catalogue has of a torrent with data on this node. */
export function hereOf(catalogue: Pick<Catalogue, 'get'>, { infoHash }: Metainfo): Added | undefined {
  const published = catalogue.get(infoHash);
  return published?.row.dataPath == null ? undefined : { published, isNew: false };
}

/**
 * Makes a mirror of a magnet link and its `.torrent` file; a torrent that has data here stays as it is.
 * @throws {ProtocolError} ERR_METAINFO; {@link CatalogueError} ERR_SOURCE, and as `Catalogue.add`.
 */
export async function becomeMirror(
  { row, magnet }: PendingMagnet,
  torrent: Uint8Array,
  catalogue: Pick<Catalogue, 'add' | 'get' | 'overview'>,
): Promise<Added> {
  const metainfo = parseMetainfo(torrent);
  const here = hereOf(catalogue, metainfo);
  if (here !== undefined) return here;
  if (catalogue.overview.find(metainfo.infoHash) === undefined) requireGuard(metainfo, magnet);
  const mirror = {
    target: row.target,
    isPaused: row.state === 'paused',
    peers: peersFor(magnet, torrent),
    preferences: decodePreferences(row.preferences),
    limits: decodeLimits(row.limits),
  };
  return catalogue.add({ torrent, dataPath: null, resume: null, mirror });
}

/**
 * BEP 27: peers of a private torrent come from its trackers alone. Without one it would count as our tracker's own, and its data as ours
 * to hand out.
 */
function requireGuard({ info }: Metainfo, { trackers }: Magnet): void {
  if (!info.isPrivate || trackers.length > 0) return;
  throw new CatalogueError(
    'ERR_SOURCE',
    'the torrent is private and the magnet link names no tracker (tr): use its .torrent file',
  );
}
