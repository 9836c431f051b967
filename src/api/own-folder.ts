import { realPlaceOf } from '../seeder/disk/real-place.ts';
import { placesMeet } from '../seeder/torrents/places.ts';
import { CatalogueError } from './catalogue-error.ts';

/**
 * Refuses to publish what is, contains or lies in our own data folder: its keys and database are nobody else's business.
 * @throws {CatalogueError} ERR_OWN_FOLDER.
 */
export async function refuseOwnFolder(dataDir: string, path: string): Promise<void> {
  const [own, given] = await Promise.all([realPlaceOf(dataDir), realPlaceOf(path)]);
  if (!placesMeet(own, given)) return;
  throw new CatalogueError(
    'ERR_OWN_FOLDER',
    `${path} is, contains or lies in the data folder ${dataDir}, which holds keys: publish another folder`,
  );
}
