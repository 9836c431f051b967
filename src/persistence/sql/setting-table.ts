import type { Knex } from 'knex';

/** The value of a setting, or undefined. */
export async function selectSetting(knex: Knex, name: string): Promise<Uint8Array | undefined> {
  const row = await knex('settings').where({ name }).first('value');
  return row === undefined ? undefined : new Uint8Array(row.value);
}

/** Sets a setting. */
export async function upsertSetting(knex: Knex, name: string, value: Uint8Array): Promise<void> {
  await knex('settings')
    .insert({ name, value: Buffer.from(value) })
    .onConflict('name')
    .merge();
}

/** Sets a setting that has no value yet. */
export async function insertSetting(knex: Knex, name: string, value: Uint8Array): Promise<void> {
  await knex('settings')
    .insert({ name, value: Buffer.from(value) })
    .onConflict('name')
    .ignore();
}
