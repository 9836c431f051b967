import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type InfoHash, infoHashToHex } from '../bittorrent/info-hash.ts';
import type { Metainfo } from '../bittorrent/metainfo/metainfo.ts';
import { requireMirrorable } from '../seeder/download/mirrorable.ts';
import { SeederError } from '../seeder/errors.ts';
import { prioritiesFor } from '../seeder/torrents/file-rules.ts';
import type { TorrentPreferences } from '../seeder/torrents/torrent-preferences.ts';
import { CatalogueError } from './catalogue-error.ts';
import type { MirrorPlace } from './catalogue-types.ts';
import { refuseOwnFolder } from './own-folder.ts';

/**
 * Where a torrent is to lie that is mirrored into the folder `target`, which has to be there: a disk that is not mounted must
 * not be taken for an empty one.
 * @throws {CatalogueError} ERR_DATA_MISSING when it is not; ERR_OWN_FOLDER for the server's own; ERR_SOURCE when the torrent cannot
 *   be mirrored; ERR_PREFERENCE when files are chosen that it does not have.
 */
export async function mirrorPath(
  dataDir: string,
  metainfo: Metainfo,
  { target, preferences }: Pick<MirrorPlace, 'target' | 'preferences'>,
): Promise<string> {
  refuseUnfit(metainfo, preferences);
  if (preferences.moveTo != null) await placeInFolder(dataDir, metainfo, preferences.moveTo);
  return placeInFolder(dataDir, metainfo, target);
}

/**
 * Where a torrent is to lie in the folder `target`, which has to be there.
 * @throws {CatalogueError} ERR_DATA_MISSING when it is not; ERR_OWN_FOLDER for the server's own.
 */
export async function placeInFolder(dataDir: string, metainfo: Metainfo, target: string): Promise<string> {
  const place = join(await requireFolder(target), metainfo.info.name);
  await refuseOwnFolder(dataDir, place);
  return place;
}

/**
 * Looks at the folder into which a torrent is to go of which not even the name is known yet.
 * @throws {CatalogueError} ERR_DATA_MISSING when it is not there; ERR_OWN_FOLDER for the server's own.
 */
export async function checkTarget(dataDir: string, target: string, infoHash: InfoHash): Promise<void> {
  await refuseOwnFolder(dataDir, join(await requireFolder(target), infoHashToHex(infoHash)));
}

async function requireFolder(target: string): Promise<string> {
  const folder = resolve(target);
  const isFolder = await stat(folder).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  if (!isFolder)
    throw new CatalogueError('ERR_DATA_MISSING', `${folder} is no folder: make it, or mount its disk`);
  return folder;
}

function refuseUnfit(metainfo: Metainfo, { filePriorities = [] }: Partial<TorrentPreferences>): void {
  try {
    requireMirrorable(metainfo);
    prioritiesFor(metainfo.info, filePriorities);
  } catch (cause) {
    if (!(cause instanceof SeederError)) throw cause;
    const code = cause.code === 'ERR_PREFERENCE' ? cause.code : 'ERR_SOURCE';
    throw new CatalogueError(code, cause.message, { cause });
  }
}
