import { resolve } from 'node:path';
import type { Knex } from 'knex';
import { defaultDatabase, parseDatabase } from './src/persistence/database-url.ts';
import { mysqlConfig } from './src/persistence/mysql/mysql-config.ts';
import { sqliteConfig } from './src/persistence/sqlite/sqlite-config.ts';

// For the knex CLI: SEEDBED_DATABASE (sqlite:<path> or mysql://...), else the database of the data folder SEEDBED_DATA_DIR. The
// CLI works in this file's folder, so a relative path counts from here, or from where npm was called.
const base = process.env['INIT_CWD'] ?? process.cwd();
const dataFolder = process.env['SEEDBED_DATA_DIR'] ?? 'seedbed-data';

export default configFor(process.env['SEEDBED_DATABASE'] ?? 'sqlite');

function configFor(database: string): Knex.Config {
  const target = parseDatabase(database === 'sqlite' ? defaultDatabase(dataFolder) : database);
  if (target.kind === 'memory') throw new Error('a database in memory has no tables to migrate');
  return target.kind === 'mysql' ? mysqlConfig(target) : sqliteConfig(resolve(base, target.path));
}
