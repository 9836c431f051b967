import type { Knex } from 'knex';

/** What a person chose for a torrent on a node. docs/database.md describes the column. */
export async function up(knex: Knex): Promise<void> {
  if (await knex.schema.hasColumn('torrent_data', 'preferences')) return; // a run in MySQL was cut short behind it
  await knex.raw('ALTER TABLE torrent_data ADD COLUMN preferences longtext');
}

/** Drops what {@link up} made. */
export async function down(knex: Knex): Promise<void> {
  if (await knex.schema.hasColumn('torrent_data', 'preferences'))
    await knex.raw('ALTER TABLE torrent_data DROP COLUMN preferences');
}
