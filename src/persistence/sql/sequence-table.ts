import type { Knex } from 'knex';
import { type Revisions, SHARED_DATA, type SharedData } from '../revision-store.ts';

/**
 * Says that shared data changes, within the transaction that changes it: other nodes then read it anew. Returns its new revision.
 * The row stays locked until the commit, so revisions appear in the order of the commits.
 */
export function bumpRevision(trx: Knex, name: SharedData): Promise<number> {
  return takeNumbers(trx, name, 1);
}

/** Takes the next `count` numbers of a sequence within a transaction, and returns the last of them. Locked until the commit. */
export async function takeNumbers(trx: Knex, name: string, count: number): Promise<number> {
  await trx('sequences')
    .insert({ name, value: count })
    .onConflict('name')
    .merge({ value: trx.raw('sequences.value + ?', [count]) });
  return lastNumber(trx, name);
}

/** The last number that was taken of a sequence, 0 when there was none. */
export async function lastNumber(knex: Knex, name: string): Promise<number> {
  const row = await knex('sequences').where({ name }).first('value');
  return Number(row?.value ?? 0);
}

/** The revisions of all shared data. */
export async function selectRevisions(knex: Knex): Promise<Revisions> {
  const rows = await knex('sequences').whereIn('name', SHARED_DATA).select('name', 'value');
  const values = new Map<string, number>(rows.map((row) => [row.name, Number(row.value)]));
  return {
    torrents: values.get('torrents') ?? 0,
    access: values.get('access') ?? 0,
    users: values.get('users') ?? 0,
  };
}
