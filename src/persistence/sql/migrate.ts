import { setTimeout } from 'node:timers/promises';
import type { Knex } from 'knex';
import { PersistenceError } from '../errors.ts';
import { migrationNames, migrationSource } from '../migration-source.ts';

const MIGRATION_TABLE = 'knex_migrations';
const OUR_TABLES = [
  'torrents',
  'peers',
  'settings',
  'nodes',
  'counters',
  'sequences',
  'access_torrents',
  'access_rules',
  'users',
  'user_torrents',
  'user_sessions',
  'torrent_credits',
];
/** Another program that opens the same new database at the same time is done within this. */
const RACE_ATTEMPTS = 50;
const RACE_PAUSE_MS = 100;

/**
 * Brings the tables up to date. Nothing is written when they are.
 * @param label how messages name the database
 * @throws {PersistenceError} ERR_DATABASE_NEWER, ERR_DATABASE_FOREIGN; the driver's errors as they are.
 */
export async function migrate(knex: Knex, label: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    if (await isUpToDate(knex, label)) return;
    try {
      await knex.migrate.latest({ migrationSource });
      return;
    } catch (error) {
      if (attempt === RACE_ATTEMPTS || !isRace(error)) throw error;
      await setTimeout(RACE_PAUSE_MS);
    }
  }
}

async function isUpToDate(knex: Knex, label: string): Promise<boolean> {
  // In this order: the tables and the record of them appear in one commit, perhaps between the two questions.
  const hasTables = await hasAnyTable(knex);
  const applied = await appliedMigrations(knex);
  const known = applied.filter((name) => migrationNames.includes(name));
  const unknown = applied.find((name) => !migrationNames.includes(name));
  if (known.length === 0 && (hasTables || unknown !== undefined)) {
    const message = `${label} holds the tables of another program: name another one`;
    throw new PersistenceError('ERR_DATABASE_FOREIGN', message);
  }
  if (unknown !== undefined) {
    throw new PersistenceError(
      'ERR_DATABASE_NEWER',
      `${label} was changed by a newer version of this program (migration "${unknown}"): update the program`,
    );
  }
  return known.length === migrationNames.length;
}

async function hasAnyTable(knex: Knex): Promise<boolean> {
  for (const table of OUR_TABLES) if (await knex.schema.hasTable(table)) return true;
  return false;
}

async function appliedMigrations(knex: Knex): Promise<string[]> {
  if (!(await knex.schema.hasTable(MIGRATION_TABLE))) return [];
  return knex(MIGRATION_TABLE).orderBy('id').pluck('name');
}

/** Somebody else is migrating, or has just done what we were about to do. */
function isRace(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  return (
    error.name === 'MigrationLocked' || code.startsWith('SQLITE_BUSY') || /already exists/.test(error.message)
  );
}
