import type { Logger } from 'pino';
import { parseDatabase } from './database-url.ts';
import type { Persistence } from './persistence.ts';

/** Which database to open, and as whom. */
export interface OpenPersistenceOptions {
  /** `memory`, `sqlite:<path>` or `mysql://user:password@host/database`. */
  readonly database: string;
  readonly logger: Pick<Logger, 'debug'>;
  /** The name under which this program is enlisted in the database, at most 64 characters; `main`. */
  readonly nodeName?: string;
  /** SQLite: nobody else opens the file, so that under another name this program is still the node that it was. */
  readonly isOnlyNode?: boolean;
  /** SQLite: the file may not grow beyond. */
  readonly maxBytes?: number;
  /** SQLite: what is committed survives a power cut as well, at the price of one wait for the disk a commit. */
  readonly isDurable?: boolean;
}

/**
 * Opens a database and brings its tables up to date; the caller closes it.
 * @throws {PersistenceError} ERR_DATABASE_URL; ERR_DATABASE_OPEN (no such folder, no rights), ERR_DATABASE_FORMAT (no
 *   database), ERR_DATABASE_FOREIGN, ERR_DATABASE_NEWER, ERR_DATABASE_READ_ONLY, ERR_DATABASE_FULL, ERR_DATABASE_BUSY; of a server
 *   also ERR_DATABASE_ACCESS, ERR_DATABASE_SERVER and ERR_DATABASE_AWAY.
 */
export async function openPersistence(options: OpenPersistenceOptions): Promise<Persistence> {
  const persistence = await makePersistence(options);
  await persistence.open();
  const { kind } = parseDatabase(options.database);
  options.logger.debug({ kind, nodeId: persistence.nodeId }, 'database open');
  return persistence;
}

// Drivers are loaded when they are wanted: whoever stays in memory needs no SQLite.
async function makePersistence(options: OpenPersistenceOptions): Promise<Persistence> {
  const target = parseDatabase(options.database);
  const nodeName = options.nodeName ?? 'main';
  if (target.kind === 'memory') {
    const { MemoryPersistence } = await import('./memory/memory-persistence.ts');
    return new MemoryPersistence(nodeName);
  }
  if (target.kind === 'mysql') {
    const { MysqlPersistence } = await import('./mysql/mysql-persistence.ts');
    return new MysqlPersistence({ target, nodeName });
  }
  const { SqlitePersistence } = await import('./sqlite/sqlite-persistence.ts');
  const { isOnlyNode = false, isDurable = false } = options;
  const limit = options.maxBytes === undefined ? {} : { maxBytes: options.maxBytes };
  return new SqlitePersistence({ path: target.path, nodeName, isOnlyNode, isDurable, ...limit });
}
