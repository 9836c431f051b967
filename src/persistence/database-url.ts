import { join } from 'node:path';
import { PersistenceError } from './errors.ts';
import { type MysqlTarget, parseMysqlUrl, withoutPassword } from './mysql-url.ts';

/** Which database is meant. */
export type DatabaseTarget =
  | { readonly kind: 'memory' }
  | { readonly kind: 'sqlite'; readonly path: string }
  | MysqlTarget;

/** The database of a data folder when nothing else is configured. */
export function defaultDatabase(dataFolder: string): string {
  return `sqlite:${join(dataFolder, 'seedbed.db')}`;
}

/**
 * Reads `memory`, `sqlite:<path>` or `mysql://user:password@host/database` ({@link parseMysqlUrl}).
 * @throws {PersistenceError} ERR_DATABASE_URL for anything else.
 */
export function parseDatabase(text: string): DatabaseTarget {
  if (text === 'memory') return { kind: 'memory' };
  if (text.startsWith('mysql:')) return parseMysqlUrl(text);
  const path = text.startsWith('sqlite:') ? text.slice('sqlite:'.length) : '';
  // SQLite itself would take ":memory:" and "" for databases that die with the connection.
  if (path !== '' && path !== ':memory:' && !path.includes('\0')) return { kind: 'sqlite', path };
  throw new PersistenceError(
    'ERR_DATABASE_URL',
    `"${withoutPassword(text).slice(0, 200)}" names no database: use sqlite:<path>, mysql://user:password@host/database or memory`,
  );
}
