import { realpath } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import { CatalogueError } from './catalogue-error.ts';

/**
 * Refuses to publish what is, contains or lies in our own data folder: its keys and database are nobody else's business.
 * @throws {CatalogueError} ERR_OWN_FOLDER.
 */
export async function refuseOwnFolder(dataDir: string, path: string): Promise<void> {
  const [own, given] = await Promise.all([realPathOf(dataDir), realPathOf(path)]);
  if (!isWithin(own, given) && !isWithin(given, own)) return;
  throw new CatalogueError(
    'ERR_OWN_FOLDER',
    `${path} is, contains or lies in the data folder ${dataDir}, which holds keys: publish another folder`,
  );
}

function isWithin(inner: string, outer: string): boolean {
  return inner === outer || inner.startsWith(outer.endsWith(sep) ? outer : `${outer}${sep}`);
}

/** With links followed; a path that does not exist is told elsewhere. */
function realPathOf(path: string): Promise<string> {
  return realpath(path).catch(() => resolve(path));
}
