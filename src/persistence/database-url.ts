import { join } from 'node:path';
import { PersistenceError } from './errors.ts';

/** Which database is meant. */
export type DatabaseTarget = { readonly kind: 'memory' } | { readonly kind: 'sqlite'; readonly path: string };

/** The database of a data folder when nothing else is configured. */
export function defaultDatabase(dataFolder: string): string {
  return `sqlite:${join(dataFolder, 'seedbed.db')}`;
}

/**
 * Reads `memory` or `sqlite:<path>`.
 * @throws {PersistenceError} ERR_DATABASE_URL for anything else.
 */
export function parseDatabase(text: string): DatabaseTarget {
  if (text === 'memory') return { kind: 'memory' };
  const path = text.startsWith('sqlite:') ? text.slice('sqlite:'.length) : '';
  // SQLite itself would take ":memory:" and "" for databases that die with the connection.
  if (path !== '' && path !== ':memory:' && !path.includes('\0')) return { kind: 'sqlite', path };
  throw new PersistenceError(
    'ERR_DATABASE_URL',
    `"${withoutPassword(text).slice(0, 200)}" names no database: use memory or sqlite:<path>`,
  );
}

function withoutPassword(text: string): string {
  return text.replace(/:\/\/[^@/]*@/, '://***@');
}
