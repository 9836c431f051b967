import type { InfoHash } from '../bittorrent/info-hash.ts';
import type { Deletion } from '../seeder/disk/delete-files.ts';
import { SeederError } from '../seeder/errors.ts';
import type { Torrent } from '../seeder/torrent.ts';
import { requireOwnPlace } from '../seeder/torrents/data-removal.ts';
import { CatalogueError } from './catalogue-error.ts';
import type { CatalogueParts } from './catalogue-types.ts';

/** How a torrent is removed. */
export interface RemoveTorrentOptions extends Pick<CatalogueParts, 'store' | 'seedNode'> {
  /** The data that it has on this node is deleted. */
  readonly withData: boolean;
  /** Takes it out of tracker, seed node and lists. */
  readonly forget: () => Promise<void>;
}

/** What becomes of the data of a torrent that has none here. */
export const NOTHING_DELETED: Deletion = Object.freeze({
  deletedFiles: 0,
  deletedBytes: 0,
  kept: [],
  keptCount: 0,
});

/**
 * Removes a torrent: from the database first, so that nothing is deleted for a torrent that is still there after a crash.
 * Resolves with what was deleted, undefined when there was no such torrent.
 * @throws {CatalogueError} ERR_PLACE_SHARED when its data is to be deleted and another torrent has its place; nothing was done then.
 */
export async function removeTorrent(
  infoHash: InfoHash,
  { store, seedNode, withData, forget }: RemoveTorrentOptions,
): Promise<Deletion | undefined> {
  const torrent = withData ? seedNode.torrent(infoHash) : undefined;
  if (torrent !== undefined) await refuseSharedData(torrent, seedNode.torrents());
  const isKnown = await store.removeTorrent(infoHash);
  try {
    const deletion = torrent !== undefined ? await seedNode.removeWithData(infoHash) : NOTHING_DELETED;
    return isKnown ? deletion : undefined;
  } finally {
    await forget();
  }
}

async function refuseSharedData(torrent: Torrent, all: readonly Torrent[]): Promise<void> {
  try {
    await requireOwnPlace(torrent, all);
  } catch (cause) {
    if (!(cause instanceof SeederError)) throw cause;
    throw new CatalogueError('ERR_PLACE_SHARED', cause.message, { cause });
  }
}
