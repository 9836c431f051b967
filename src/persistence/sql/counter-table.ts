import type { Knex } from 'knex';
import { infoHashFromBytes } from '../../bittorrent/info-hash.ts';
import type { CompletedChanges } from '../counter-store.ts';
import type { CompletedCount, CompletedTotal, TorrentRow } from '../persistence.ts';
import { lastNumber, takeNumbers } from './sequence-table.ts';

/** Counters of torrents that are not registered are forgotten when nothing raised them for so long. */
const STALE_SECONDS = 90 * 86_400;
/** SQLite and MySQL take far more variables a statement; the text stays short. */
const ROWS_PER_STATEMENT = 200;

/** Raises this node's counts within the caller's transaction. Only this node writes these rows. */
export async function raiseCounters(
  trx: Knex,
  nodeId: number,
  counts: readonly CompletedCount[],
  nowSeconds: number,
): Promise<void> {
  if (counts.length === 0) return;
  let sequence = await takeNumbers(trx, 'counters', counts.length);
  for (let start = 0; start < counts.length; start += ROWS_PER_STATEMENT) {
    const some = counts.slice(start, start + ROWS_PER_STATEMENT);
    await raiseSome(trx, nodeId, some, { nowSeconds, sequence });
    sequence -= some.length;
  }
}

/** Raises a torrent's count, within the caller's transaction, so that the sum over all nodes is at least what the torrent says. */
export async function raiseTotal(
  trx: Knex,
  nodeId: number,
  { infoHash, completed, createdAtSeconds }: TorrentRow,
): Promise<void> {
  if (completed === 0) return;
  const all = await selectTotals(trx, nodeId, [infoHash]);
  const here = all[0]?.completedHere ?? 0;
  const elsewhere = (all[0]?.completed ?? 0) - here;
  await raiseCounters(trx, nodeId, [{ infoHash, completed: completed - elsewhere }], createdAtSeconds);
}

async function raiseSome(
  trx: Knex,
  nodeId: number,
  counts: readonly CompletedCount[],
  { nowSeconds, sequence }: { readonly nowSeconds: number; readonly sequence: number },
): Promise<void> {
  const known = await trx('counters')
    .where({ node_id: nodeId })
    .whereIn(
      'info_hash',
      counts.map((count) => Buffer.from(count.infoHash)),
    )
    .select('info_hash', 'completed');
  const highest = new Map(known.map((row) => [hex(row.info_hash), Number(row.completed)]));
  const raised = new Map<string, number>();
  for (const { infoHash, completed } of counts) {
    const key = hex(infoHash);
    if (completed > (raised.get(key) ?? highest.get(key) ?? 0)) raised.set(key, completed);
  }
  if (raised.size === 0) return;
  const rows = [...raised].map(([key, completed], index) => ({
    info_hash: Buffer.from(key, 'hex'),
    node_id: nodeId,
    completed,
    updated_at: nowSeconds,
    sequence: sequence - index,
  }));
  await trx('counters').insert(rows).onConflict(['info_hash', 'node_id']).merge();
}

/** The sums over all nodes, and this node's part: of all torrents, or of the given ones. */
export async function selectTotals(
  knex: Knex,
  nodeId: number,
  infoHashes?: readonly Uint8Array[],
): Promise<CompletedTotal[]> {
  const rows = knex('counters');
  if (infoHashes !== undefined)
    rows.whereIn(
      'info_hash',
      infoHashes.map((infoHash) => Buffer.from(infoHash)),
    );
  const sums = await rows
    .groupBy('info_hash')
    .select(
      'info_hash',
      knex.raw('sum(completed) as completed'),
      knex.raw('sum(case when node_id = ? then completed else 0 end) as here', [nodeId]),
    );
  return sums.map((sum) => ({
    infoHash: infoHashFromBytes(sum.info_hash),
    completed: Number(sum.completed),
    completedHere: Number(sum.here),
  }));
}

/** The totals of what other nodes raised after `sequence`, from up to `limit` rows. */
export async function selectCompletedSince(
  knex: Knex,
  nodeId: number,
  { sequence, exceptNode, limit }: { sequence: number; exceptNode: number; limit: number },
): Promise<CompletedChanges> {
  // The bound is read first: what is committed between the two statements is told by the next call.
  const until = Math.max(sequence, await lastNumber(knex, 'counters'));
  if (until === sequence) return { totals: [], lastSequence: sequence, isMore: false };
  const rows = await knex('counters')
    .where('sequence', '>', sequence)
    .where('sequence', '<=', until)
    .whereNot({ node_id: exceptNode })
    .orderBy('sequence')
    .limit(limit)
    .select('info_hash', 'sequence');
  const isMore = rows.length === limit;
  return {
    totals: await selectTotals(knex, nodeId, [
      ...new Map(rows.map((row) => [hex(row.info_hash), row.info_hash])).values(),
    ]),
    lastSequence: isMore ? Number(rows.at(-1)?.sequence) : until,
    isMore,
  };
}

/** Forgets counts that strangers left on an open tracker long ago. */
export async function deleteStaleCounters(knex: Knex, nowSeconds: number): Promise<void> {
  await knex('counters')
    .where('updated_at', '<', nowSeconds - STALE_SECONDS)
    .whereNotIn('info_hash', knex('torrents').select('info_hash'))
    .delete();
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
