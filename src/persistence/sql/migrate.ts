import type { Knex } from 'knex';
import { PersistenceError } from '../errors.ts';
import { migrationNames, migrationSource } from '../migration-source.ts';

const MIGRATION_TABLE = 'knex_migrations';

/**
 * Brings the tables up to date. Nothing is written when they are.
 * @param label how messages name the database
 * @throws {PersistenceError} ERR_DATABASE_NEWER, ERR_DATABASE_FOREIGN; the driver's errors as they are.
 */
export async function migrate(knex: Knex, label: string): Promise<void> {
  const applied = await appliedMigrations(knex);
  refuseForeign(applied, label);
  if (applied.length === 0) await refuseForeignTables(knex, label);
  if (applied.length < migrationNames.length) await knex.migrate.latest({ migrationSource });
}

async function appliedMigrations(knex: Knex): Promise<string[]> {
  if (!(await knex.schema.hasTable(MIGRATION_TABLE))) return [];
  return knex(MIGRATION_TABLE).orderBy('id').pluck('name');
}

function refuseForeign(applied: readonly string[], label: string): void {
  const unknown = applied.filter((name) => !migrationNames.includes(name));
  if (unknown.length === 0) return;
  if (applied.some((name) => migrationNames.includes(name))) {
    throw new PersistenceError(
      'ERR_DATABASE_NEWER',
      `${label} was changed by a newer version of this program (migration "${unknown[0]}"): update the program`,
    );
  }
  throw foreign(label);
}

async function refuseForeignTables(knex: Knex, label: string): Promise<void> {
  for (const table of ['torrents', 'peers', 'settings', 'nodes', 'counters', 'sequences']) {
    if (await knex.schema.hasTable(table)) throw foreign(label);
  }
}

function foreign(label: string): PersistenceError {
  return new PersistenceError(
    'ERR_DATABASE_FOREIGN',
    `${label} holds the tables of another program: name another one`,
  );
}
