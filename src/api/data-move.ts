import { parseMetainfo } from '../bittorrent/metainfo/parse.ts';
import { SeederError } from '../seeder/errors.ts';
import { CatalogueError } from './catalogue-error.ts';
import type { CatalogueParts, Publication } from './catalogue-types.ts';
import { dataPathFor } from './data-path.ts';
import { refuseOwnFolder } from './own-folder.ts';

/** What a move of data needs of the catalogue. */
type MoveParts = Pick<CatalogueParts, 'dataDir' | 'seedNode'>;

/**
 * A torrent that is seeded keeps its data until the other data is known to be good: it is checked here, and the record of the check
 * goes into what is returned. Anything else is returned as it is, and checked when it is taken in.
 * @throws {CatalogueError} ERR_DATA_MISMATCH when the other data does not match; ERR_DATA_MISSING, ERR_OWN_FOLDER.
 */
export async function checkMove(publication: Publication, parts: MoveParts): Promise<Publication> {
  const { torrent, dataPath, resume } = publication;
  if (dataPath === null) return publication;
  const metainfo = parseMetainfo(torrent);
  const seeded = parts.seedNode.torrent(metainfo.infoHash);
  if (seeded?.state !== 'seeding') return publication;
  await refuseOwnFolder(parts.dataDir, dataPath);
  const place = await dataPathFor(metainfo, dataPath);
  if (place === seeded.dataPath) return publication;
  try {
    return { torrent, dataPath: place, resume: await parts.seedNode.inspect(metainfo, place, resume) };
  } catch (cause) {
    if (!(cause instanceof SeederError) || cause.code === 'ERR_STOPPED') throw cause;
    throw new CatalogueError(
      'ERR_DATA_MISMATCH',
      `${cause.message}; the torrent is still seeded from ${seeded.dataPath}`,
      { cause },
    );
  }
}
