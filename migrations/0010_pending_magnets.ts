import type { Knex } from 'knex';

/** Magnet links whose metadata a node fetches. docs/database.md describes the table. */
export async function up(knex: Knex): Promise<void> {
  if (await knex.schema.hasTable('pending_magnets')) return; // a run in MySQL was cut short behind it
  await knex.schema.createTable('pending_magnets', (table) => {
    table.integer('node_id').notNullable();
    table.binary('info_hash', 20).notNullable();
    table.binary('info_hash_v2', 32).nullable();
    table.text('name').notNullable();
    table.specificType('link', 'longtext').notNullable();
    table.text('target').notNullable();
    table.string('state', 32).notNullable();
    table.specificType('preferences', 'longtext').nullable();
    table.string('limits', 255).nullable();
    table.string('error_code', 64).nullable();
    table.text('error').nullable();
    table.bigInteger('created_at').notNullable();
    table.primary(['node_id', 'info_hash']);
    if (knex.client.dialect === 'sqlite3') return;
    table.charset('utf8mb4');
    table.collate('utf8mb4_bin');
  });
}

/** Drops what {@link up} made. */
export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTableIfExists('pending_magnets');
}
