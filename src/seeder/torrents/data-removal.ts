import { type Deletion, deleteFiles } from '../disk/delete-files.ts';
import { isThere } from '../disk/is-there.ts';
import { realPlaceOf } from '../disk/real-place.ts';
import { SeederError } from '../errors.ts';
import type { Torrent } from '../torrent.ts';
import { placesMeet } from './places.ts';

/** Torrents whose places are looked at together. */
const AT_A_TIME = 32;

/**
 * Refuses a place that is, contains or lies in that of another torrent, links followed: what is deleted for the one could be the other's.
 * @throws {SeederError} ERR_PLACE_SHARED, naming the other.
 */
export async function requireOwnPlace(torrent: Torrent, all: Iterable<Torrent>): Promise<void> {
  const place = await realPlaceOf(torrent.dataPath);
  const others = [...all].filter((other) => other !== torrent);
  for (let at = 0; at < others.length; at += AT_A_TIME) {
    const some = others.slice(at, at + AT_A_TIME);
    const places = await Promise.all(some.map(({ dataPath }) => realPlaceOf(dataPath)));
    const shared = some[places.findIndex((other) => placesMeet(place, other))];
    if (shared !== undefined)
      throw new SeederError(
        'ERR_PLACE_SHARED',
        `${torrent.dataPath} is, contains or lies in ${shared.dataPath}, which the torrent ${JSON.stringify(shared.name)} has: remove that one first, or leave the data`,
        { path: shared.dataPath },
      );
  }
}

/**
 * Deletes the data of a torrent that was removed. A mirror that never took up its place has none: what lies there may be somebody else's.
 * Never throws; see {@link deleteFiles}.
 */
export async function deleteData(torrent: Torrent): Promise<Deletion> {
  const { files, metainfo, dataPath } = torrent;
  if (torrent.isDataOurs) return deleteFiles(files, metainfo.info, dataPath);
  const message = `${dataPath} was never found to be this torrent's`;
  const kept = (await isThere(dataPath)) ? [{ path: dataPath, reason: 'not-ours', message } as const] : [];
  return { deletedFiles: 0, deletedBytes: 0, kept, keptCount: kept.length };
}
