import { bytesEqual } from '../bittorrent/hex.ts';
import type { TorrentRow } from '../persistence/persistence.ts';
import { realPlaceOf } from '../seeder/disk/real-place.ts';
import { placesMeet } from '../seeder/torrents/places.ts';
import { CatalogueError } from './catalogue-error.ts';
import type { CatalogueParts } from './catalogue-types.ts';
import { intentOf } from './torrent-intent.ts';

/**
 * Refuses a place that is, contains or lies in that of another torrent while one of the two is being mirrored: each would write
 * over what the other has found good. Torrents that are only seeded may share their data.
 * @throws {CatalogueError} ERR_TARGET_OCCUPIED.
 */
export async function refuseSharedPlace(
  { infoHash, dataPath, state }: TorrentRow,
  others: Iterable<{ readonly row: TorrentRow }>,
  seedNode: Pick<CatalogueParts['seedNode'], 'torrent'>,
): Promise<void> {
  if (dataPath === null) return;
  const { isMirrored } = intentOf(state);
  const place = await realPlaceOf(dataPath);
  const isWritten = (row: TorrentRow): boolean =>
    intentOf(row.state).isMirrored && seedNode.torrent(row.infoHash)?.isComplete !== true;
  const checks = [...others].map(async ({ row }) => {
    if (row.dataPath === null || bytesEqual(row.infoHash, infoHash)) return;
    if (!isMirrored && !isWritten(row)) return;
    if (!placesMeet(place, await realPlaceOf(row.dataPath))) return;
    throw new CatalogueError(
      'ERR_TARGET_OCCUPIED',
      `${dataPath} is, contains or lies in ${row.dataPath}, which the torrent ${JSON.stringify(row.name)} has: choose another folder`,
    );
  });
  await Promise.all(checks);
}
