import { existsSync } from 'node:fs';
import type { Logger } from 'pino';
import type { Config } from '../config/settings.ts';
import { lockDataFolder } from '../persistence/data-folder-lock.ts';
import type { PendingMagnetRow, TorrentRow } from '../persistence/persistence.ts';
import { openDatabase } from './open-database.ts';

/** What a data folder has. */
export interface StoredTorrents {
  readonly torrents: readonly TorrentRow[];
  readonly magnets: readonly PendingMagnetRow[];
}

/**
 * What a data folder has, oldest first, while no server runs on it: torrents, and magnet links that wait for their metadata.
 * @throws {PersistenceError} when the folder or its database cannot be used.
 */
export async function storedTorrents(config: Config, logger: Logger): Promise<StoredTorrents> {
  if (!existsSync(config.dataDir)) return { torrents: [], magnets: [] };
  const lock = lockDataFolder(config.dataDir);
  try {
    const persistence = await openDatabase(config, logger);
    const both = [persistence.loadTorrents(), persistence.magnets.loadPendingMagnets()] as const;
    const [torrents, magnets] = await Promise.all(both).finally(() => persistence.close());
    return { torrents, magnets };
  } finally {
    lock.release();
  }
}
