import type { Knex } from 'knex';
import {
  MAX_TOTAL,
  type TrafficBatch,
  type TrafficRow,
  type UserTorrentTotals,
  type UserTotals,
} from '../traffic-store.ts';
import { upsertSessions } from './session-table.ts';

/** SQLite and MySQL take far more variables a statement; the text stays short. */
const ROWS_PER_STATEMENT = 200;

/** Columns that grow by what a batch brings. */
const SUMS = [
  'uploaded_bytes',
  'downloaded_bytes',
  'credited_up_bytes',
  'credited_down_bytes',
  'suspicious_bytes',
  'seeding_seconds',
  'leeching_seconds',
] as const;

/** The row of `sequences` with the number of a node's last batch. */
function batchName(nodeId: number): string {
  return `traffic:${nodeId}`;
}

/** The number of a node's last batch. */
export async function selectLastBatch(knex: Knex, nodeId: number): Promise<number> {
  return Number((await lastBatch(knex, nodeId))?.value ?? 0);
}

/** Forgets the number of a node's last batch: the node writes none any more. */
export async function deleteLastBatch(trx: Knex, nodeId: number): Promise<void> {
  await trx('sequences')
    .where({ name: batchName(nodeId) })
    .delete();
}

function lastBatch(knex: Knex, nodeId: number): Knex.QueryBuilder {
  return knex('sequences')
    .where({ name: batchName(nodeId) })
    .first('value');
}

/** Writes a batch within the caller's transaction, unless it is written already. */
export async function insertTraffic(trx: Knex, nodeId: number, batch: TrafficBatch): Promise<void> {
  const name = batchName(nodeId);
  // Locked: the transaction of an attempt whose connection was lost may be about to commit this very batch. SQLite has no such lock, nor need.
  if (Number((await lastBatch(trx, nodeId).forUpdate())?.value ?? 0) >= batch.number) return;
  await trx('sequences').insert({ name, value: batch.number }).onConflict('name').merge();
  for (let start = 0; start < batch.traffic.length; start += ROWS_PER_STATEMENT)
    await addTraffic(trx, nodeId, batch.traffic.slice(start, start + ROWS_PER_STATEMENT));
  for (let start = 0; start < batch.sessions.length; start += ROWS_PER_STATEMENT)
    await upsertSessions(trx, batch.sessions.slice(start, start + ROWS_PER_STATEMENT));
}

async function addTraffic(trx: Knex, nodeId: number, rows: readonly TrafficRow[]): Promise<void> {
  const given = (column: string): string => (isSqlite(trx) ? `excluded.${column}` : `values(${column})`);
  const stored = (column: string): string => `user_torrents.${column}`;
  const merged: Record<string, Knex.Raw> = {};
  const least = isSqlite(trx) ? 'min' : 'least';
  for (const column of SUMS) {
    const sum = `${least}(${stored(column)}, ${MAX_TOTAL}) + ${given(column)}`;
    merged[column] = trx.raw(`${least}(${sum}, ${MAX_TOTAL})`);
  }
  merged['completed_at'] = trx.raw(`coalesce(${stored('completed_at')}, ${given('completed_at')})`);
  const later = isSqlite(trx) ? 'max' : 'greatest';
  merged['last_seen_at'] = trx.raw(`${later}(${stored('last_seen_at')}, ${given('last_seen_at')})`);
  await trx('user_torrents')
    .insert(rows.map((row) => toRecord(nodeId, row)))
    .onConflict(['user_id', 'info_hash', 'node_id'])
    .merge(merged);
}

/** What these users did, over all nodes. */
export async function selectUserTotals(knex: Knex, userIds: readonly number[]): Promise<UserTotals[]> {
  const totals: UserTotals[] = [];
  for (let start = 0; start < userIds.length; start += ROWS_PER_STATEMENT) {
    const records = await knex('user_torrents')
      .whereIn('user_id', userIds.slice(start, start + ROWS_PER_STATEMENT))
      .groupBy('user_id')
      .select(
        'user_id',
        ...sums(knex),
        knex.raw('count(distinct info_hash) as torrents'),
        knex.raw('count(distinct case when completed_at is not null then info_hash end) as completed'),
      );
    for (const record of records)
      totals.push({
        userId: Number(record.user_id),
        ...totalsOf(record),
        torrents: Number(record.torrents),
        completed: Number(record.completed),
      });
  }
  return totals;
}

/** What a user did by torrent, the last seen first. */
export async function selectUserTorrents(
  knex: Knex,
  userId: number,
  skip: number,
  limit: number,
): Promise<UserTorrentTotals[]> {
  const records = await knex('user_torrents')
    .where({ user_id: userId })
    .groupBy('info_hash')
    .orderBy([{ column: 'last_seen_at', order: 'desc' }, { column: 'info_hash' }])
    .offset(skip)
    .limit(limit)
    .select('info_hash', ...sums(knex), knex.raw('min(completed_at) as completed_at'));
  return records.map((record) => ({
    infoHash: new Uint8Array(record.info_hash),
    ...totalsOf(record),
    completedAtSeconds: record.completed_at === null ? null : Number(record.completed_at),
  }));
}

/** SQLite's sum() of integers fails where it has no room; total() and MySQL's sum() have room. */
function sums(knex: Knex): Knex.Raw[] {
  const sum = isSqlite(knex) ? 'total' : 'sum';
  return [
    ...SUMS.map((column) => knex.raw(`${sum}(??) as ??`, [column, column])),
    knex.raw('max(last_seen_at) as last_seen_at'),
  ];
}

/** MySQL gives sums as text. None is above MAX_TOTAL, whatever the rows add up to. */
function totalsOf(
  record: Readonly<Record<string, unknown>>,
): Omit<UserTorrentTotals, 'infoHash' | 'completedAtSeconds'> {
  return {
    uploadedBytes: totalOf(record['uploaded_bytes']),
    downloadedBytes: totalOf(record['downloaded_bytes']),
    creditedUpBytes: totalOf(record['credited_up_bytes']),
    creditedDownBytes: totalOf(record['credited_down_bytes']),
    suspiciousBytes: totalOf(record['suspicious_bytes']),
    seedingSeconds: totalOf(record['seeding_seconds']),
    leechingSeconds: totalOf(record['leeching_seconds']),
    lastSeenSeconds: Number(record['last_seen_at']),
  };
}

function totalOf(value: unknown): number {
  return Math.min(Number(value), MAX_TOTAL);
}

function toRecord(nodeId: number, row: TrafficRow): Record<string, unknown> {
  return {
    user_id: row.userId,
    info_hash: Buffer.from(row.infoHash),
    node_id: nodeId,
    uploaded_bytes: row.uploadedBytes,
    downloaded_bytes: row.downloadedBytes,
    credited_up_bytes: row.creditedUpBytes,
    credited_down_bytes: row.creditedDownBytes,
    suspicious_bytes: row.suspiciousBytes,
    seeding_seconds: row.seedingSeconds,
    leeching_seconds: row.leechingSeconds,
    completed_at: row.completedAtSeconds,
    last_seen_at: row.lastSeenSeconds,
  };
}

function isSqlite(knex: Knex): boolean {
  return knex.client.dialect === 'sqlite3';
}
