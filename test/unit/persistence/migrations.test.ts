import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { pino } from 'pino';
import { migrationNames } from '../../../src/persistence/migration-source.ts';
import { openPersistence } from '../../../src/persistence/open.ts';
import { runProcess } from '../../support/processes.ts';
import { makeTempFolder } from '../../support/temp-folder.ts';

const ROOT = new URL('../../../', import.meta.url).pathname;
const logger = pino({ level: 'silent' });

function knexCli(command: string, path: string) {
  const args = ['node_modules/knex/bin/cli.js', command, '--knexfile', 'knexfile.ts'];
  return runProcess(process.execPath, args, { cwd: ROOT, env: { SEEDBED_DATABASE: `sqlite:${path}` } });
}

function tablesOf(path: string): unknown[] {
  const database = new Database(path);
  const names = database
    .prepare("SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY name")
    .pluck();
  const tables = names.all();
  database.close();
  return tables;
}

test('every file of migrations/ is in the list, in order', async () => {
  const files = (await readdir(join(ROOT, 'migrations'))).filter((file) => file.endsWith('.ts')).sort();
  assert.deepEqual(
    migrationNames,
    files.map((file) => file.replace(/\.ts$/, '')),
  );
});

test('the knex CLI and the program make the same tables and know each other’s work', async (t) => {
  const folder = await makeTempFolder(t);
  const [byCli, byProgram] = [join(folder, 'cli.db'), join(folder, 'program.db')];
  await knexCli('migrate:latest', byCli);
  await (await openPersistence({ database: `sqlite:${byProgram}`, logger })).close();
  assert.deepEqual(tablesOf(byCli), tablesOf(byProgram));
  await (await openPersistence({ database: `sqlite:${byCli}`, logger })).close();
  assert.match((await knexCli('migrate:latest', byProgram)).stdout, /Already up to date/);
});

test('rolling back leaves nothing of ours, and migrating again works', async (t) => {
  const path = join(await makeTempFolder(t), 'a.db');
  await knexCli('migrate:latest', path);
  await knexCli('migrate:rollback', path);
  assert.deepEqual(tablesOf(path), ['knex_migrations', 'knex_migrations_lock', 'sqlite_sequence']);
  await (await openPersistence({ database: `sqlite:${path}`, logger })).close();
});

test('a database of the first version keeps its torrents: their data is that of its one node', async (t) => {
  const path = join(await makeTempFolder(t), 'a.db');
  await knexCli('migrate:up', path);
  const database = new Database(path);
  database.exec(`INSERT INTO nodes (name, heartbeat_at) VALUES ('main', 0);
    INSERT INTO torrents (info_hash, name, length_bytes, piece_length, data_path, state, resume, created_at)
    VALUES (zeroblob(20), 'old', 5, 16384, '/srv/old', 'seeding', '{}', 7)`);
  database.close();
  const persistence = await openPersistence({ database: `sqlite:${path}`, logger, nodeName: 'main' });
  const [row] = await persistence.loadTorrents();
  await persistence.close();
  const { name, dataPath, state, resume } = row ?? {};
  assert.deepEqual(
    { name, dataPath, state, resume },
    { name: 'old', dataPath: '/srv/old', state: 'seeding', resume: '{}' },
  );
});
