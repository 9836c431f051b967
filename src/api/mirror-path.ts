import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Metainfo } from '../bittorrent/metainfo/metainfo.ts';
import { requireMirrorable } from '../seeder/download/mirrorable.ts';
import { SeederError } from '../seeder/errors.ts';
import { CatalogueError } from './catalogue-error.ts';
import { refuseOwnFolder } from './own-folder.ts';

/**
 * Where a torrent is to lie that is mirrored into the folder `target`, which has to be there: a disk that is not mounted must
 * not be taken for an empty one.
 * @throws {CatalogueError} ERR_DATA_MISSING when it is not; ERR_OWN_FOLDER for the server's own; ERR_SOURCE when the torrent cannot
 *   be mirrored.
 */
export async function mirrorPath(dataDir: string, metainfo: Metainfo, target: string): Promise<string> {
  refuseUnfit(metainfo);
  const folder = resolve(target);
  const isFolder = await stat(folder).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  if (!isFolder)
    throw new CatalogueError('ERR_DATA_MISSING', `${folder} is no folder: make it, or mount its disk`);
  const place = join(folder, metainfo.info.name);
  await refuseOwnFolder(dataDir, place);
  return place;
}

function refuseUnfit(metainfo: Metainfo): void {
  try {
    requireMirrorable(metainfo);
  } catch (cause) {
    if (!(cause instanceof SeederError)) throw cause;
    throw new CatalogueError('ERR_SOURCE', cause.message, { cause });
  }
}
