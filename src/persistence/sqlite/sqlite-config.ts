import type Database from 'better-sqlite3';
import type { Knex } from 'knex';
import { migrationSource } from '../migration-source.ts';

/** How long a write waits for another program, such as a person's sqlite3 shell. */
const BUSY_TIMEOUT_MS = 5_000;

/** What differs from one opened file to another: see SqliteOptions. */
export interface ConnectionOptions {
  readonly maxBytes?: number;
  readonly isDurable?: boolean;
}

/** Knex's configuration for a SQLite file: shared by the program and knexfile.ts. */
export function sqliteConfig(path: string, options: ConnectionOptions = {}): Knex.Config {
  return {
    client: 'better-sqlite3',
    connection: { filename: path },
    useNullAsDefault: true,
    compileSqlOnError: false, // else messages would show values, and passkeys are among them
    log: { warn: silent, error: silent, debug: silent, deprecate: silent },
    migrations: { migrationSource },
    pool: {
      min: 1,
      max: 1, // SQLite has one writer, and the thread that waits for it is one as well
      afterCreate(connection: Database, done: (error: Error | null, connection: Database) => void) {
        try {
          prepareConnection(connection, options);
          done(null, connection);
        } catch (error) {
          done(error as Error, connection); // better-sqlite3 throws errors only
        }
      },
    },
  };
}

// Knex would print to the console what it also throws; whoever called logs it once.
function silent(): void {}

function prepareConnection(connection: Database, { maxBytes, isDurable }: ConnectionOptions): void {
  connection.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
  connection.pragma('journal_mode = WAL');
  // In WAL mode a killed process loses nothing committed, a power cut the last transactions unless it is FULL; the file stays sound.
  connection.pragma(`synchronous = ${isDurable === true ? 'FULL' : 'NORMAL'}`);
  connection.pragma('foreign_keys = ON');
  if (maxBytes === undefined) return;
  const pageBytes = Number(connection.pragma('page_size', { simple: true }));
  connection.pragma(`max_page_count = ${Math.max(1, Math.floor(maxBytes / pageBytes))}`);
}
