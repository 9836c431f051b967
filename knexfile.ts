import { join } from 'node:path';
import { defaultDatabase, parseDatabase } from './src/persistence/database-url.ts';
import { sqliteConfig } from './src/persistence/sqlite/sqlite-config.ts';

// For the knex CLI: SEEDBED_DATABASE (sqlite:<path>), else the database of the data folder SEEDBED_DATA_DIR. The CLI
// works in this file's folder, so a relative path counts from here, or from where npm was called.
const base = process.env['INIT_CWD'] ?? process.cwd();
const dataFolder = process.env['SEEDBED_DATA_DIR'] ?? 'seedbed-data';
const target = parseDatabase(process.env['SEEDBED_DATABASE'] ?? defaultDatabase(dataFolder));
if (target.kind === 'memory') throw new Error('a database in memory has no tables to migrate');

export default sqliteConfig(target.path.startsWith('/') ? target.path : join(base, target.path));
