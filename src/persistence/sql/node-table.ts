import type { Knex } from 'knex';
import type { HeartbeatOutcome, NodeRow } from '../persistence.ts';
import { takeNumbers } from './sequence-table.ts';
import { deletePendingMagnets } from './sql-pending-magnet-store.ts';
import { deleteRateLimits } from './sql-rate-limit-store.ts';
import { deleteLastBatch } from './traffic-table.ts';

/** The number of the node of this name, which is given on its first visit; its heartbeat is 0 until it says one. */
export async function enlistNode(knex: Knex, name: string): Promise<number> {
  const known = await knex('nodes').where({ name }).first('id');
  if (known !== undefined) return Number(known.id);
  // Only now: an insert that is ignored uses up a number in MySQL.
  await knex('nodes').insert({ name, heartbeat_at: 0 }).onConflict('name').ignore();
  const row = await knex('nodes').where({ name }).first('id');
  return Number(row.id);
}

/** The number of the one node of a database that is not shared: under another name it is still the same, and has its torrents. */
export async function enlistOnlyNode(knex: Knex, name: string): Promise<number> {
  const [only, another] = await knex('nodes').orderBy('id').limit(2);
  if (only === undefined || another !== undefined) return enlistNode(knex, name);
  if (only.name !== name) await knex('nodes').where({ id: only.id }).update({ name });
  return Number(only.id);
}

/** Says that a node lives, and puts it back where it is missing; 0: that it leaves. */
export async function updateHeartbeat(
  knex: Knex,
  { id, name }: Pick<NodeRow, 'id' | 'name'>,
  nowSeconds: number,
): Promise<HeartbeatOutcome> {
  const found = await knex('nodes').where({ id, name }).update({ heartbeat_at: nowSeconds });
  if (found > 0 || nowSeconds === 0) return 'known';
  await knex('nodes').insert({ id, name, heartbeat_at: nowSeconds }).onConflict().ignore();
  const row = await knex('nodes').where({ id, name }).first('id');
  return row === undefined ? 'replaced' : 'put-back';
}

/** All nodes, by id. */
export async function selectNodes(knex: Knex): Promise<NodeRow[]> {
  const rows = await knex('nodes').orderBy('id');
  return rows.map((row) => ({
    id: Number(row.id),
    name: row.name,
    heartbeatAtSeconds: Number(row.heartbeat_at),
  }));
}

/** Forgets a node, and that it has data of torrents, within the caller's transaction. Resolves false when there was none. */
export async function deleteNode(trx: Knex, nodeId: number): Promise<boolean> {
  const held: Uint8Array[] = await trx('torrent_data').where({ node_id: nodeId }).pluck('info_hash');
  if (held.length > 0) {
    // A number for each: those who read the changes do so in pages.
    const last = await takeNumbers(trx, 'torrents', held.length);
    for (const [index, infoHash] of held.entries())
      await trx('torrents')
        .where({ info_hash: infoHash })
        .update({ sequence: last - index });
  }
  await trx('torrent_data').where({ node_id: nodeId }).delete();
  await deleteRateLimits(trx, { node_id: nodeId });
  await deletePendingMagnets(trx, nodeId);
  await deleteLastBatch(trx, nodeId);
  return (await trx('nodes').where({ id: nodeId }).delete()) > 0;
}
