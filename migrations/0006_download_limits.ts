import type { Knex } from 'knex';

/** Limits on downloads that were set while a node ran. docs/database.md describes the table. */
export async function up(knex: Knex): Promise<void> {
  if (await knex.schema.hasTable('download_limits')) return; // a run in MySQL was cut short behind it
  await knex.schema.createTable('download_limits', (table) => {
    table.integer('node_id').notNullable();
    table.string('scope', 64).notNullable();
    table.bigInteger('download_bytes_per_second').nullable();
    table.primary(['node_id', 'scope']);
    if (knex.client.dialect === 'sqlite3') return;
    table.charset('utf8mb4');
    table.collate('utf8mb4_bin');
  });
}

/** Drops what {@link up} made. */
export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTableIfExists('download_limits');
}
