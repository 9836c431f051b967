import type { Knex } from 'knex';
import type { SessionKey, SessionRow } from '../traffic-store.ts';

/** Adds or replaces sessions within the caller's transaction. */
export async function upsertSessions(trx: Knex, rows: readonly SessionRow[]): Promise<void> {
  const records = rows.map((row) => ({
    info_hash: Buffer.from(row.infoHash),
    peer_id: Buffer.from(row.peerId),
    user_id: row.userId,
    client_key: row.key,
    uploaded_bytes: row.uploaded,
    downloaded_bytes: row.downloaded,
    is_seeder: row.isSeeder,
    is_stopped: row.isStopped,
    interval_seconds: row.intervalSeconds,
    last_seen_at: row.lastSeenSeconds,
  }));
  await trx('user_sessions').insert(records).onConflict(['info_hash', 'peer_id', 'user_id']).merge();
}

/** Up to `limit` sessions seen since, behind `after`, in the order of their keys. */
export async function selectSessions(
  knex: Knex,
  sinceSeconds: number,
  after: SessionKey | null,
  limit: number,
): Promise<SessionRow[]> {
  const query = knex('user_sessions')
    .where('last_seen_at', '>=', sinceSeconds)
    .orderBy(['info_hash', 'peer_id', 'user_id'])
    .limit(limit);
  if (after !== null) {
    const infoHash = Buffer.from(after.infoHash);
    const peerId = Buffer.from(after.peerId);
    query.whereRaw('(info_hash > ? or (info_hash = ? and (peer_id > ? or (peer_id = ? and user_id > ?))))', [
      infoHash,
      infoHash,
      peerId,
      peerId,
      after.userId,
    ]);
  }
  return (await query).map((record) => ({
    userId: Number(record.user_id),
    infoHash: new Uint8Array(record.info_hash),
    peerId: new Uint8Array(record.peer_id),
    key: Number(record.client_key),
    uploaded: Number(record.uploaded_bytes),
    downloaded: Number(record.downloaded_bytes),
    isSeeder: Boolean(record.is_seeder),
    isStopped: Boolean(record.is_stopped),
    intervalSeconds: Number(record.interval_seconds),
    lastSeenSeconds: Number(record.last_seen_at),
  }));
}

/** Deletes sessions that were last seen before; resolves with their number. */
export function deleteSessions(knex: Knex, beforeSeconds: number): Promise<number> {
  return knex('user_sessions').where('last_seen_at', '<', beforeSeconds).delete();
}
