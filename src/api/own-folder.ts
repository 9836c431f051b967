import { realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
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

/** A path with the links of all that exists of it followed; what does not exist yet is where it would be made. */
export async function realPlaceOf(path: string): Promise<string> {
  const absolute = resolve(path);
  try {
    return await realpath(absolute);
  } catch {
    const folder = dirname(absolute);
    return folder === absolute ? absolute : join(await realPlaceOf(folder), basename(absolute));
  }
}
