import type { Knex } from 'knex';

/** Users of a private tracker, and what they did. docs/database.md describes the tables. */
export async function up(knex: Knex): Promise<void> {
  await createUsers(knex);
  await createTraffic(knex);
  await createTable(knex, 'torrent_credits', (table) => {
    table.binary('info_hash', 20).notNullable().primary();
    table.integer('upload_percent').notNullable();
    table.integer('download_percent').notNullable();
  });
  await knex.raw(userView(knex));
}

/** Drops everything that {@link up} made. */
export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropViewIfExists('readable_users');
  for (const table of ['torrent_credits', 'user_sessions', 'user_torrents', 'users']) {
    await knex.schema.dropTableIfExists(table);
  }
}

async function createTable(
  knex: Knex,
  name: string,
  columns: (table: Knex.CreateTableBuilder) => void,
): Promise<void> {
  await knex.schema.createTable(name, (table) => {
    columns(table);
    if (isSqlite(knex)) return; // its texts are UTF-8, compared byte by byte; elsewhere the server's default may be neither
    table.charset('utf8mb4');
    table.collate('utf8mb4_bin');
  });
}

async function createUsers(knex: Knex): Promise<void> {
  await createTable(knex, 'users', (table) => {
    table.increments('id'); // never given twice, so nobody inherits what a removed user did
    table.string('name', 64).notNullable().unique();
    table.string('passkey', 64).notNullable().unique();
    table.boolean('is_enabled').notNullable();
    table.bigInteger('expires_at').nullable();
    table.bigInteger('created_at').notNullable();
  });
}

async function createTraffic(knex: Knex): Promise<void> {
  await createTable(knex, 'user_torrents', (table) => {
    table.integer('user_id').notNullable();
    table.binary('info_hash', 20).notNullable().index();
    table.integer('node_id').notNullable();
    for (const column of ['uploaded_bytes', 'downloaded_bytes', 'credited_up_bytes', 'credited_down_bytes'])
      table.bigInteger(column).notNullable();
    table.bigInteger('suspicious_bytes').notNullable();
    table.bigInteger('seeding_seconds').notNullable();
    table.bigInteger('leeching_seconds').notNullable();
    table.bigInteger('completed_at').nullable();
    table.bigInteger('last_seen_at').notNullable();
    table.primary(['user_id', 'info_hash', 'node_id']);
  });
  await createTable(knex, 'user_sessions', (table) => {
    table.binary('info_hash', 20).notNullable();
    table.binary('peer_id', 20).notNullable();
    table.integer('user_id').notNullable().index();
    table.bigInteger('client_key').notNullable();
    table.bigInteger('uploaded_bytes').notNullable();
    table.bigInteger('downloaded_bytes').notNullable();
    table.boolean('is_seeder').notNullable();
    table.boolean('is_stopped').notNullable();
    table.integer('interval_seconds').notNullable();
    table.bigInteger('last_seen_at').notNullable().index();
    table.primary(['info_hash', 'peer_id', 'user_id']);
  });
}

/** Without passkeys: what is shown is easily shown to others. */
function userView(knex: Knex): string {
  // SQLite's sum() of integers fails where it has no room.
  const sum = (column: string): string =>
    isSqlite(knex)
      ? `cast(total(t.${column}) AS integer) AS ${column}`
      : `coalesce(sum(t.${column}), 0) AS ${column}`;
  return `CREATE VIEW readable_users AS
    SELECT u.id, u.name, u.is_enabled, ${time(knex, 'u.expires_at')} AS expires, ${sum('uploaded_bytes')},
      ${sum('downloaded_bytes')}, ${sum('credited_up_bytes')}, ${sum('credited_down_bytes')}, ${sum('suspicious_bytes')},
      ${sum('seeding_seconds')}, ${sum('leeching_seconds')},
      count(DISTINCT CASE WHEN t.completed_at IS NOT NULL THEN t.info_hash END) AS completed,
      ${time(knex, 'max(t.last_seen_at)')} AS last_seen
    FROM users u LEFT JOIN user_torrents t ON t.user_id = u.id
    GROUP BY u.id, u.name, u.is_enabled, u.expires_at`;
}

function isSqlite(knex: Knex): boolean {
  return knex.client.dialect === 'sqlite3';
}

/** Unix seconds as UTC text in both databases. */
function time(knex: Knex, column: string): string {
  if (isSqlite(knex)) return `datetime(${column}, 'unixepoch')`;
  return `timestampadd(SECOND, ${column}, '1970-01-01 00:00:00')`; // from_unixtime() would give the session's zone
}
