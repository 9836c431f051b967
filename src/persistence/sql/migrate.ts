import { setTimeout } from 'node:timers/promises';
import type { Knex } from 'knex';
import { PersistenceError } from '../errors.ts';
import { migrationNames, migrationSource } from '../migration-source.ts';

const MIGRATION_TABLE = 'knex_migrations';
const LOCK_TABLE = 'knex_migrations_lock';
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
  'torrent_data',
  'rate_limits',
  'download_limits',
];
/** Another program that opens the same new database at the same time is done within this. */
const RACE_ATTEMPTS = 50;
const RACE_PAUSE_MS = 100;
/** A lock that a killed program left is taken from it when nothing has changed for so long. */
const DEAD_LOCK_MS = 15_000;
/** How often: others who waited for it may have been quicker. */
const MOST_OPENED = 3;

/** Runs work that only one program shall do at a time. */
export type Guard = (work: () => Promise<void>) => Promise<void>;

/** How a database is brought up to date. */
export interface MigrateOptions {
  /** How messages name the database. */
  readonly label: string;
  /**
   * Keeps other living programs out, where the database has a way that ends with the program. Then a lock of knex that
   * stays is one that a killed program left.
   */
  readonly guard?: Guard;
  /** How long such a lock is respected all the same: it may be that of the knex CLI. 15 s. */
  readonly deadLockMs?: number;
}

/**
 * Brings the tables up to date. Nothing is written when they are.
 *
 * SQLite takes a migration whole or not at all. MySQL commits each statement that changes the schema by itself, so one that fails
 * or is killed leaves a part: its `down` takes that away, and it runs again from the start. A `down` therefore copes with what
 * is only half there (`dropTableIfExists`).
 * @throws {PersistenceError} ERR_DATABASE_NEWER, ERR_DATABASE_FOREIGN; the driver's errors as they are.
 */
export async function migrate(knex: Knex, options: MigrateOptions): Promise<void> {
  const { label, guard = (work) => work(), deadLockMs = DEAD_LOCK_MS } = options;
  if (await isUpToDate(knex, label)) return;
  await guard(() => bringUpToDate(knex, label, deadLockMs));
}

async function bringUpToDate(knex: Knex, label: string, deadLockMs: number): Promise<void> {
  let quietSinceMs = performance.now();
  let progress = await progressOf(knex);
  let opened = 0;
  for (let attempt = 1; ; attempt++) {
    if (await isUpToDate(knex, label)) return;
    try {
      await knex.migrate.latest({ migrationSource });
      return;
    } catch (error) {
      const isLocked = error instanceof Error && error.name === 'MigrationLocked';
      if (!isLocked) await undoHalf(knex);
      const mayWait = isLocked ? opened < MOST_OPENED : attempt < RACE_ATTEMPTS && isRace(error);
      if (!mayWait) throw error;
      if (isLocked && performance.now() - quietSinceMs > deadLockMs) {
        const before = progress;
        progress = await progressOf(knex);
        if (progress === before) {
          await openDeadLock(knex);
          opened++;
        }
        quietSinceMs = performance.now();
      }
      await setTimeout(RACE_PAUSE_MS);
    }
  }
}

/**
 * A number that grows while somebody migrates. The guard of one server of a Galera cluster keeps nobody out who comes by another
 * one, and there a migration takes long: so a lock is dead only when nothing has come to be for a while.
 */
async function progressOf(knex: Knex): Promise<number> {
  let tables = 0;
  for (const table of OUR_TABLES) if (await knex.schema.hasTable(table)) tables++;
  return tables + (await appliedMigrations(knex)).length;
}

async function isUpToDate(knex: Knex, label: string): Promise<boolean> {
  // In this order: the lock is taken before the tables are made, and opened after the record of them is.
  const hasTables = await hasAnyTable(knex);
  const isUnderWay = await isLockTaken(knex);
  const applied = await appliedMigrations(knex);
  const known = applied.filter((name) => migrationNames.includes(name));
  const unknown = applied.find((name) => !migrationNames.includes(name));
  if (known.length === 0 && (unknown !== undefined || (hasTables && !isUnderWay))) {
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

async function isLockTaken(knex: Knex): Promise<boolean> {
  if (!(await knex.schema.hasTable(LOCK_TABLE))) return false;
  return (await knex(LOCK_TABLE).where({ is_locked: 1 }).first()) !== undefined;
}

async function appliedMigrations(knex: Knex): Promise<string[]> {
  if (!(await knex.schema.hasTable(MIGRATION_TABLE))) return [];
  return knex(MIGRATION_TABLE).orderBy('id').pluck('name');
}

/** On Galera these come of two servers that took the lock, or changed the tables, at the same time. */
const BUSY_CODES = ['ER_LOCK_DEADLOCK', 'ER_LOCK_WAIT_TIMEOUT', 'ER_CHECKREAD', 'ER_ERROR_DURING_COMMIT'];

/** Somebody else is migrating, or has just done what we were about to do. */
function isRace(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  return code.startsWith('SQLITE_BUSY') || BUSY_CODES.includes(code) || /already exists/.test(error.message);
}

/** Takes away what a failed migration has left, unless somebody else is at it. What cannot be taken away now, the next start will. */
async function undoHalf(knex: Knex): Promise<void> {
  if (isTransactional(knex)) return;
  try {
    const isOurs = (await knex(LOCK_TABLE).where({ is_locked: 0 }).update({ is_locked: 1 })) === 1;
    if (!isOurs) return;
    await undoNext(knex);
    await knex(LOCK_TABLE).update({ is_locked: 0 });
  } catch {
    // The failure that brought us here is the one to tell.
  }
}

/** Opens a lock that a killed program left, and takes away what it had half done. */
async function openDeadLock(knex: Knex): Promise<void> {
  if (!isTransactional(knex)) await undoNext(knex);
  await knex.transaction(async (trx) => {
    await trx(LOCK_TABLE).delete(); // two programs that made the table together may have put two rows there
    await trx(LOCK_TABLE).insert({ is_locked: 0 });
  });
}

async function undoNext(knex: Knex): Promise<void> {
  const applied = await appliedMigrations(knex);
  const next = migrationNames.find((name) => !applied.includes(name));
  if (next !== undefined) await (await migrationSource.getMigration(next)).down?.(knex);
}

function isTransactional(knex: Knex): boolean {
  return knex.client.dialect === 'sqlite3';
}
