import type { Knex } from 'knex';

/** What a node has moved of a torrent since ever. docs/database.md describes the column. */
export async function up(knex: Knex): Promise<void> {
  if (await knex.schema.hasColumn('torrent_data', 'transfers')) return; // a run in MySQL was cut short behind it
  await knex.raw('ALTER TABLE torrent_data ADD COLUMN transfers varchar(1024)');
}

/** Drops what {@link up} made. */
export async function down(knex: Knex): Promise<void> {
  if (await knex.schema.hasColumn('torrent_data', 'transfers'))
    await knex.raw('ALTER TABLE torrent_data DROP COLUMN transfers');
}
