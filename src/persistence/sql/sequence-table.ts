import type { Knex } from 'knex';
import { type Revisions, SHARED_DATA, type SharedData } from '../revision-store.ts';

/**
 * Says that shared data changes, within the transaction that changes it: other nodes then read it anew. The row stays locked
 * until the commit, so revisions appear in the order of the commits.
 */
export async function bumpRevision(trx: Knex, name: SharedData): Promise<void> {
  await trx('sequences')
    .insert({ name, value: 1 })
    .onConflict('name')
    .merge({ value: trx.raw('sequences.value + 1') });
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
