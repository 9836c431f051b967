import type { Knex } from 'knex';

/** What may be tracked, and for whom. docs/database.md describes the tables. */
export async function up(knex: Knex): Promise<void> {
  await createTable(knex, 'access_torrents', (table) => {
    table.string('list_name', 16).notNullable();
    table.binary('info_hash', 20).notNullable();
    table.bigInteger('created_at').notNullable();
    table.primary(['list_name', 'info_hash']);
  });
  await createTable(knex, 'access_rules', (table) => {
    table.string('kind', 32).notNullable();
    table.string('value', 128).notNullable();
    table.bigInteger('created_at').notNullable();
    table.primary(['kind', 'value']);
  });
  await knex.raw(listView(knex));
}

/** Drops everything that {@link up} made. */
export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropViewIfExists('readable_access_torrents');
  for (const table of ['access_rules', 'access_torrents']) await knex.schema.dropTableIfExists(table);
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

function listView(knex: Knex): string {
  const created = isSqlite(knex)
    ? `datetime(a.created_at, 'unixepoch')`
    : `timestampadd(SECOND, a.created_at, '1970-01-01 00:00:00')`;
  return `CREATE VIEW readable_access_torrents AS
    SELECT a.list_name, lower(hex(a.info_hash)) AS info_hash, t.name, ${created} AS created
    FROM access_torrents a LEFT JOIN torrents t ON t.info_hash = a.info_hash`;
}

function isSqlite(knex: Knex): boolean {
  return knex.client.dialect === 'sqlite3';
}
