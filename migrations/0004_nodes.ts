import type { Knex } from 'knex';

/**
 * Several nodes: what each node has of a torrent stands in a table of its own, and torrents and counters carry the number of
 * their latest change, by which other nodes read what is new.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('DROP VIEW readable_torrents');
  await knex.schema.createTable('torrent_data', (table) => {
    table.binary('info_hash', 20).notNullable();
    table.integer('node_id').notNullable();
    table.text('data_path').nullable();
    table.string('state', 32).notNullable();
    table.specificType('resume', 'longtext').nullable();
    table.primary(['info_hash', 'node_id']);
    if (isSqlite(knex)) return;
    table.charset('utf8mb4');
    table.collate('utf8mb4_bin');
  });
  // Until now one node wrote them, the first one.
  await knex.raw(`INSERT INTO torrent_data (info_hash, node_id, data_path, state, resume)
    SELECT info_hash, (SELECT min(id) FROM nodes), data_path, state, resume FROM torrents`);
  for (const column of Object.keys(OLD_COLUMNS)) await knex.raw(`ALTER TABLE torrents DROP COLUMN ${column}`);
  for (const table of ['torrents', 'counters'])
    await knex.schema.alterTable(table, (columns) => {
      columns.bigInteger('sequence').notNullable().defaultTo(0).index();
    });
  await knex.raw(torrentView(knex, '', CURRENT_NODES));
  await knex.raw(dataView());
}

/** Undoes {@link up}, also one that ended half-way. Of torrents that several nodes have, the data of the first node stays known. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP VIEW IF EXISTS readable_torrent_data');
  await knex.raw('DROP VIEW IF EXISTS readable_torrents');
  for (const table of ['torrents', 'counters']) {
    if (!(await knex.schema.hasColumn(table, 'sequence'))) continue;
    // In MySQL the index goes with its column, and may be what a run that was cut short did not come to.
    if (isSqlite(knex)) await knex.schema.alterTable(table, (columns) => columns.dropIndex('sequence'));
    await knex.raw(`ALTER TABLE ${table} DROP COLUMN sequence`);
  }
  for (const [column, type] of Object.entries(OLD_COLUMNS)) await restoreColumn(knex, column, type);
  await knex.schema.dropTableIfExists('torrent_data');
  await knex.raw(torrentView(knex, 't.data_path, t.state,', ''));
}

/** What the first version had of the data of its one node. */
const OLD_COLUMNS = {
  data_path: 'text',
  state: "varchar(32) NOT NULL DEFAULT 'tracked'",
  resume: 'longtext',
};

async function restoreColumn(knex: Knex, column: string, type: string): Promise<void> {
  if (await knex.schema.hasColumn('torrents', column)) return;
  await knex.raw(`ALTER TABLE torrents ADD COLUMN ${column} ${type}`);
  await knex.raw(`UPDATE torrents SET ${column} = (SELECT d.${column} FROM torrent_data d
    WHERE d.info_hash = torrents.info_hash ORDER BY d.node_id LIMIT 1)
    WHERE info_hash IN (SELECT info_hash FROM torrent_data)`);
}

const CURRENT_NODES = `(SELECT group_concat(n.name) FROM torrent_data d JOIN nodes n ON n.id = d.node_id
        WHERE d.info_hash = t.info_hash AND d.data_path IS NOT NULL) AS nodes,`;

function torrentView(knex: Knex, own: string, nodes: string): string {
  const created = isSqlite(knex)
    ? "datetime(t.created_at, 'unixepoch')"
    : "timestampadd(SECOND, t.created_at, '1970-01-01 00:00:00')";
  return `CREATE VIEW readable_torrents AS
    SELECT lower(hex(t.info_hash)) AS info_hash, lower(hex(t.info_hash_v2)) AS info_hash_v2, t.name, t.length_bytes,
      t.piece_length, ${own} ${nodes}
      (SELECT coalesce(sum(c.completed), 0) FROM counters c WHERE c.info_hash = t.info_hash) AS completed,
      ${created} AS created
    FROM torrents t`;
}

function dataView(): string {
  return `CREATE VIEW readable_torrent_data AS
    SELECT lower(hex(d.info_hash)) AS info_hash, t.name, n.name AS node, d.data_path, d.state
    FROM torrent_data d JOIN torrents t ON t.info_hash = d.info_hash JOIN nodes n ON n.id = d.node_id`;
}

function isSqlite(knex: Knex): boolean {
  return knex.client.dialect === 'sqlite3';
}
