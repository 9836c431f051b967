import type { Logger } from 'pino';
import type { Config } from '../config/settings.ts';
import { defaultDatabase } from '../persistence/database-url.ts';
import { openPersistence } from '../persistence/open.ts';
import type { Persistence } from '../persistence/persistence.ts';
import { ensureNodeName } from './node-name.ts';

/**
 * Opens the database that the settings name, as the node that they name; the caller closes it.
 * @throws {PersistenceError} when it cannot be used.
 */
export async function openDatabase(config: Config, logger: Logger): Promise<Persistence> {
  return openPersistence({
    database: config.database === 'sqlite' ? defaultDatabase(config.dataDir) : config.database,
    nodeName: await ensureNodeName(config.dataDir, config.nodeName),
    isOnlyNode: config.database === 'sqlite', // the lock of the data folder keeps others out
    isDurable: config.durability === 'strict',
    logger,
  });
}
