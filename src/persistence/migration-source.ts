import type { Knex } from 'knex';
import * as initial from '../../migrations/0001_initial.ts';
import * as access from '../../migrations/0002_access.ts';
import * as users from '../../migrations/0003_users.ts';
import * as nodes from '../../migrations/0004_nodes.ts';
import * as rateLimits from '../../migrations/0005_rate_limits.ts';
import * as downloadLimits from '../../migrations/0006_download_limits.ts';
import * as torrentPreferences from '../../migrations/0007_torrent_preferences.ts';
import * as torrentTransfers from '../../migrations/0009_torrent_transfers.ts';
import * as pendingMagnets from '../../migrations/0010_pending_magnets.ts';

const MIGRATIONS: ReadonlyMap<string, Knex.Migration> = new Map<string, Knex.Migration>([
  ['0001_initial', initial],
  ['0002_access', access],
  ['0003_users', users],
  ['0004_nodes', nodes],
  ['0005_rate_limits', rateLimits],
  ['0006_download_limits', downloadLimits],
  ['0007_torrent_preferences', torrentPreferences],
  ['0009_torrent_transfers', torrentTransfers],
  ['0010_pending_magnets', pendingMagnets],
]);

/**
 * The migrations under names without an extension, imported statically: the knex CLI on the sources, the program on
 * the sources and the compiled program all record the same names.
 */
export const migrationSource: Knex.MigrationSource<string> = {
  async getMigrations() {
    return [...MIGRATIONS.keys()];
  },
  getMigrationName(name) {
    return name;
  },
  async getMigration(name) {
    const migration = MIGRATIONS.get(name);
    if (migration === undefined) throw new RangeError(`there is no migration "${name}"`);
    return migration;
  },
};

/** The names of all migrations, oldest first. */
export const migrationNames: readonly string[] = [...MIGRATIONS.keys()];
