import type { Knex } from 'knex';

/** The tables of version 1. docs/database.md describes them. */
export async function up(knex: Knex): Promise<void> {
  await createNodes(knex);
  await createTorrents(knex);
  await createPeers(knex);
  await createSettings(knex);
  await knex.raw(torrentView(knex));
  await knex.raw(peerView(knex));
}

/** Drops everything that {@link up} made. */
export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropViewIfExists('readable_peers');
  await knex.schema.dropViewIfExists('readable_torrents');
  for (const table of ['settings', 'sequences', 'peers', 'counters', 'torrents', 'nodes']) {
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

async function createNodes(knex: Knex): Promise<void> {
  await createTable(knex, 'nodes', (table) => {
    table.increments('id');
    table.string('name', 64).notNullable().unique();
    table.bigInteger('heartbeat_at').notNullable();
  });
}

async function createTorrents(knex: Knex): Promise<void> {
  await createTable(knex, 'torrents', (table) => {
    table.binary('info_hash', 20).notNullable().primary();
    table.binary('info_hash_v2', 32).nullable().index();
    table.text('name').notNullable();
    table.bigInteger('length_bytes').notNullable();
    table.bigInteger('piece_length').notNullable();
    table.text('data_path').nullable();
    // A plain BLOB or TEXT ends at 64 KiB in MySQL. SQLite reads the type from the letters BLOB and TEXT.
    table.specificType('metainfo', 'longblob').nullable();
    table.string('state', 32).notNullable();
    table.specificType('resume', 'longtext').nullable();
    table.bigInteger('created_at').notNullable();
  });
  await createTable(knex, 'counters', (table) => {
    table.binary('info_hash', 20).notNullable();
    table.integer('node_id').notNullable();
    table.bigInteger('completed').notNullable();
    table.bigInteger('updated_at').notNullable().index();
    table.primary(['info_hash', 'node_id']);
  });
}

async function createPeers(knex: Knex): Promise<void> {
  await createTable(knex, 'peers', (table) => {
    table.binary('info_hash', 20).notNullable();
    table.binary('address', 16).notNullable();
    table.integer('port').notNullable();
    table.binary('peer_id', 20).notNullable();
    table.bigInteger('client_key').notNullable();
    table.bigInteger('uploaded_bytes').notNullable();
    table.bigInteger('downloaded_bytes').notNullable();
    table.bigInteger('left_bytes').notNullable();
    table.bigInteger('last_seen_at').notNullable();
    table.bigInteger('expires_at').notNullable().index();
    table.boolean('is_gone').notNullable();
    table.integer('node_id').notNullable();
    table.bigInteger('sequence').notNullable().index();
    table.primary(['info_hash', 'address', 'port']);
  });
  await createTable(knex, 'sequences', (table) => {
    table.string('name', 32).notNullable().primary();
    table.bigInteger('value').notNullable();
  });
  await knex('sequences').insert({ name: 'peers', value: 0 });
}

async function createSettings(knex: Knex): Promise<void> {
  await createTable(knex, 'settings', (table) => {
    table.string('name', 64).notNullable().primary();
    table.specificType('value', 'longblob').notNullable();
  });
}

function torrentView(knex: Knex): string {
  return `CREATE VIEW readable_torrents AS
    SELECT lower(hex(t.info_hash)) AS info_hash, lower(hex(t.info_hash_v2)) AS info_hash_v2, t.name, t.length_bytes,
      t.piece_length, t.data_path, t.state,
      (SELECT coalesce(sum(c.completed), 0) FROM counters c WHERE c.info_hash = t.info_hash) AS completed,
      ${time(knex, 't.created_at')} AS created
    FROM torrents t`;
}

function peerView(knex: Knex): string {
  return `CREATE VIEW readable_peers AS
    SELECT lower(hex(p.info_hash)) AS info_hash, ${address(knex)} AS address, p.port, lower(hex(p.peer_id)) AS peer_id,
      p.uploaded_bytes, p.downloaded_bytes, p.left_bytes, p.left_bytes = 0 AS is_seeder,
      ${time(knex, 'p.last_seen_at')} AS last_seen, ${time(knex, 'p.expires_at')} AS expires, n.name AS node
    FROM peers p JOIN nodes n ON n.id = p.node_id
    WHERE NOT p.is_gone`;
}

function isSqlite(knex: Knex): boolean {
  return knex.client.dialect === 'sqlite3';
}

/** Unix seconds as UTC text in both databases. */
function time(knex: Knex, column: string): string {
  if (isSqlite(knex)) return `datetime(${column}, 'unixepoch')`;
  return `timestampadd(SECOND, ${column}, '1970-01-01 00:00:00')`; // from_unixtime() would give the session's zone
}

/** Dotted IPv4, or IPv6 as eight groups (in MySQL in its short form). */
function address(knex: Knex): string {
  if (!isSqlite(knex)) return 'inet6_ntoa(p.address)';
  const digit = (at: number) => `(instr('123456789ABCDEF', substr(hex(p.address), ${at}, 1)))`;
  const byte = (index: number) => `(${digit(2 * index + 1)} * 16 + ${digit(2 * index + 2)})`;
  const group = (index: number) => `lower(substr(hex(p.address), ${4 * index + 1}, 4))`;
  const v4 = [0, 1, 2, 3].map(byte).join(" || '.' || ");
  const v6 = [0, 1, 2, 3, 4, 5, 6, 7].map(group).join(" || ':' || ");
  return `CASE length(p.address) WHEN 4 THEN ${v4} ELSE ${v6} END`;
}
