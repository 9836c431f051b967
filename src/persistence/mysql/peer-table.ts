import type { Connection } from 'mysql2';
import { PeerBatch } from '../peer-batch.ts';
import type { PeerChanges } from '../persistence.ts';
import { PEER_COLUMNS, type PeerRecord, readPeer } from '../sql/peer-record.ts';
import { execute, inTransaction, select } from './connection.ts';
import { rowsPerStatement, upsertStatement } from './peer-statement.ts';
import type { ServerLimits } from './prepare-database.ts';

/** Should somebody have deleted the row: numbers go on behind those that are in use. */
const LAST_SEQUENCE = `SELECT COALESCE((SELECT value FROM sequences WHERE name = 'peers'),
  (SELECT MAX(sequence) FROM peers), 0)`;

const PUT_SEQUENCE_BACK = `INSERT IGNORE INTO sequences (name, value)
  SELECT 'peers', COALESCE(MAX(sequence), 0) FROM peers`;

const COLUMNS = `CONCAT(info_hash, peer_id, address), ${PEER_COLUMNS}`;

/** Who writes, and what the server takes. */
export interface PeerWriter extends ServerLimits {
  readonly nodeId: number;
}

/**
 * Writes a batch in one transaction that numbers its rows. It begins with the row that holds the last number, and holds that row
 * until it commits: whoever comes second waits, on whichever node, so numbers appear in the order of the commits.
 */
export async function savePeers(connection: Connection, batch: PeerBatch, writer: PeerWriter): Promise<void> {
  if (batch.length === 0) return;
  const step = rowsPerStatement(writer.maxPacketBytes);
  await inTransaction(connection, async () => {
    const firstSequence = await takeSequences(connection, batch.length);
    for (let start = 0; start < batch.length; start += step) {
      const end = Math.min(batch.length, start + step);
      await execute(connection, upsertStatement(batch, start, end, { nodeId: writer.nodeId, firstSequence }));
    }
  });
}

/** The first of `count` new numbers. */
async function takeSequences(connection: Connection, count: number): Promise<number> {
  // LAST_INSERT_ID(x) tells x to the client in the answer to the very statement.
  const sql = `UPDATE sequences SET value = LAST_INSERT_ID(value + ${count}) WHERE name = 'peers'`;
  const { insertId, affectedRows } = await execute(connection, sql);
  if (affectedRows > 0) return insertId - count + 1;
  await execute(connection, PUT_SEQUENCE_BACK);
  return (await execute(connection, sql)).insertId - count + 1;
}

/** The sequence of the latest change. */
export async function lastSequence(connection: Connection): Promise<number> {
  const [row] = await select<[number]>(connection, LAST_SEQUENCE);
  return row?.[0] ?? 0;
}

/** Deletes up to `limit` rows that have expired, and resolves with their number. */
export async function expirePeers(
  connection: Connection,
  nowSeconds: number,
  limit: number,
): Promise<number> {
  // In an order, so that a replica that repeats the statement deletes the same rows.
  const sql = `DELETE FROM peers WHERE expires_at <= ${Math.trunc(nowSeconds)} ORDER BY expires_at LIMIT ${limit}`;
  return (await execute(connection, sql)).affectedRows;
}

/** Which peers {@link presentPeers} reads. */
export interface PresentRange {
  /** After this sequence, */
  readonly after: number;
  /** and up to this one, */
  readonly until: number;
  /** those that expire later, */
  readonly nowSeconds: number;
  /** and no more than so many. */
  readonly limit: number;
}

/** Peers that are present, in the order of their sequences. */
export async function presentPeers(connection: Connection, range: PresentRange): Promise<PeerChanges> {
  const { after, until, nowSeconds, limit } = range;
  const sql = `SELECT ${COLUMNS} FROM peers WHERE sequence > ? AND sequence <= ? AND expires_at > ? AND NOT is_gone
    ORDER BY sequence LIMIT ?`;
  const records = await select<PeerRecord>(connection, sql, [after, until, nowSeconds, limit]);
  return toPage(records, { after, until, limit });
}

/** Peers that other nodes changed after `sequence`. */
export async function changedPeers(
  connection: Connection,
  sequence: number,
  exceptNode: number,
  limit: number,
): Promise<PeerChanges> {
  // The bound is read first: a row written between the two statements is told by the next call. A server that lags behind
  // the one that was asked before may know less.
  const until = Math.max(sequence, await lastSequence(connection));
  const sql = `SELECT ${COLUMNS} FROM peers WHERE sequence > ? AND sequence <= ? AND node_id <> ? ORDER BY sequence LIMIT ?`;
  const records = await select<PeerRecord>(connection, sql, [sequence, until, exceptNode, limit]);
  return toPage(records, { after: sequence, until, limit });
}

function toPage(
  records: readonly PeerRecord[],
  { after, until, limit }: { readonly after: number; readonly until: number; readonly limit: number },
): PeerChanges {
  const peers = new PeerBatch(records.length);
  let last = after;
  for (const record of records) last = readPeer(peers, record);
  const isMore = records.length === limit;
  return { peers, lastSequence: isMore ? last : until, isMore };
}
