import type { Knex } from 'knex';
import { type InfoHash, infoHashFromBytes } from '../../bittorrent/info-hash.ts';
import type { TorrentRow } from '../persistence.ts';
import type { SharedTorrent, TorrentChanges } from '../torrent-store.ts';
import { bumpRevision, lastNumber } from './sequence-table.ts';
import { deleteRateLimits } from './sql-rate-limit-store.ts';

interface TorrentRecord {
  readonly info_hash: Uint8Array;
  readonly info_hash_v2: Uint8Array | null;
  readonly name: string;
  readonly length_bytes: number;
  readonly piece_length: number;
  readonly metainfo: Uint8Array | null;
  readonly created_at: number;
  readonly sequence: number;
}

/** What one node has of a torrent. */
interface DataRecord {
  readonly data_path: string | null;
  readonly state: string;
  readonly resume: string | null;
  readonly preferences: string | null;
  readonly transfers: string | null;
}

/** What a node has of a torrent that another one published. */
const NO_DATA: DataRecord = Object.freeze({
  data_path: null,
  state: 'tracked',
  resume: null,
  preferences: null,
  transfers: null,
});

/** Adds or replaces a torrent, and what this node has of it, within the caller's transaction. Its count is the counter table's business. */
export async function upsertTorrent(trx: Knex, nodeId: number, torrent: TorrentRow): Promise<void> {
  const sequence = await bumpRevision(trx, 'torrents');
  await trx('torrents')
    .insert({ ...toRecord(torrent), sequence })
    .onConflict('info_hash')
    .merge();
  const { infoHash, dataPath, state, resume, preferences, transfers } = torrent;
  await trx('torrent_data')
    .insert({
      info_hash: blob(infoHash),
      node_id: nodeId,
      data_path: dataPath,
      state,
      resume,
      preferences,
      transfers,
    })
    .onConflict(['info_hash', 'node_id'])
    .merge();
}

/** Deletes a torrent, for all nodes, within the caller's transaction. Resolves false when there was none. */
export async function deleteTorrent(trx: Knex, infoHash: Uint8Array): Promise<boolean> {
  await bumpRevision(trx, 'torrents');
  await trx('torrent_data')
    .where({ info_hash: blob(infoHash) })
    .delete();
  await deleteRateLimits(trx, { scope: hex(infoHash) });
  return (await oneTorrent(trx, infoHash).delete()) > 0;
}

/** Replaces this node's state of a torrent within the caller's transaction. Resolves false when there is no such torrent. */
export async function changeState(
  trx: Knex,
  nodeId: number,
  infoHash: Uint8Array,
  state: string,
): Promise<boolean> {
  const sequence = await bumpRevision(trx, 'torrents');
  if ((await oneTorrent(trx, infoHash).update({ sequence })) === 0) return false;
  await mergeData(trx, nodeId, infoHash, { state });
  return true;
}

/** Replaces what only this node knows, within the caller's transaction. Resolves false when there is no such torrent. */
export async function changeOwnData(
  trx: Knex,
  nodeId: number,
  infoHash: Uint8Array,
  change: Partial<Pick<DataRecord, 'resume' | 'preferences'>>,
): Promise<boolean> {
  if ((await oneTorrent(trx, infoHash).first('name')) === undefined) return false;
  await mergeData(trx, nodeId, infoHash, change);
  return true;
}

async function mergeData(
  trx: Knex,
  nodeId: number,
  infoHash: Uint8Array,
  change: Partial<DataRecord>,
): Promise<void> {
  await trx('torrent_data')
    .insert({ info_hash: blob(infoHash), node_id: nodeId, ...NO_DATA, ...change })
    .onConflict(['info_hash', 'node_id'])
    .merge(change);
}

function oneTorrent(knex: Knex, infoHash: Uint8Array): Knex.QueryBuilder {
  return knex('torrents').where({ info_hash: blob(infoHash) });
}

/** Up to `limit` torrents in the order of their info-hashes, after the given one. */
export async function selectTorrents(
  knex: Knex,
  nodeId: number,
  after: Uint8Array | null,
  limit: number,
): Promise<TorrentRow[]> {
  const query = knex<TorrentRecord>('torrents').orderBy('info_hash').limit(limit);
  if (after !== null) query.where('info_hash', '>', blob(after));
  const shared = await toShared(knex, nodeId, (await query) as TorrentRecord[]);
  return shared.map(({ torrent }) => torrent);
}

/** Up to `limit` torrents that changed after `sequence`, oldest change first. */
export async function selectTorrentsSince(
  knex: Knex,
  nodeId: number,
  sequence: number,
  limit: number,
): Promise<TorrentChanges> {
  // The bound is read first: what is committed between the two statements is told by the next call.
  const until = Math.max(sequence, await lastNumber(knex, 'torrents'));
  const records = (await knex<TorrentRecord>('torrents')
    .where('sequence', '>', sequence)
    .where('sequence', '<=', until)
    .orderBy('sequence')
    .limit(limit)) as TorrentRecord[];
  const isMore = records.length === limit;
  return {
    torrents: await toShared(knex, nodeId, records),
    lastSequence: isMore ? Number(records.at(-1)?.sequence) : until,
    isMore,
  };
}

/** How many torrents there are. */
export async function countTorrents(knex: Knex): Promise<number> {
  const row = await knex('torrents').count({ count: '*' }).first();
  return Number(row?.['count']);
}

/** The info-hashes of all torrents. */
export async function selectTorrentHashes(knex: Knex): Promise<InfoHash[]> {
  const hashes: Uint8Array[] = await knex('torrents').pluck('info_hash');
  return hashes.map((hash) => infoHashFromBytes(hash));
}

async function toShared(
  knex: Knex,
  nodeId: number,
  records: readonly TorrentRecord[],
): Promise<SharedTorrent[]> {
  const infoHashes = records.map((record) => blob(record.info_hash));
  const completed = await completedOf(knex, infoHashes);
  const data = await knex('torrent_data').whereIn('info_hash', infoHashes).orderBy('node_id');
  const own = new Map<string, DataRecord>();
  const holders = new Map<string, number[]>();
  for (const row of data) {
    const key = hex(row.info_hash);
    if (Number(row.node_id) === nodeId) own.set(key, row);
    if (row.data_path !== null) holders.set(key, [...(holders.get(key) ?? []), Number(row.node_id)]);
  }
  return records.map((record) => {
    const key = hex(record.info_hash);
    const torrent = toRow(record, own.get(key) ?? NO_DATA, completed.get(key) ?? 0);
    return { torrent, holders: holders.get(key) ?? [] };
  });
}

async function completedOf(knex: Knex, infoHashes: readonly Buffer[]): Promise<Map<string, number>> {
  const sums = await knex('counters')
    .whereIn('info_hash', infoHashes)
    .groupBy('info_hash')
    .select('info_hash', knex.raw('sum(completed) as completed'));
  return new Map(sums.map((sum) => [hex(sum.info_hash), Number(sum.completed)]));
}

function toRecord(torrent: TorrentRow): Omit<TorrentRecord, 'sequence'> {
  return {
    info_hash: blob(torrent.infoHash),
    info_hash_v2: torrent.infoHashV2 && blob(torrent.infoHashV2),
    name: torrent.name,
    length_bytes: torrent.lengthBytes,
    piece_length: torrent.pieceLength,
    metainfo: torrent.metainfo && blob(torrent.metainfo),
    created_at: torrent.createdAtSeconds,
  };
}

function toRow(record: TorrentRecord, data: DataRecord, completed: number): TorrentRow {
  return {
    infoHash: infoHashFromBytes(record.info_hash),
    infoHashV2: record.info_hash_v2 && new Uint8Array(record.info_hash_v2),
    name: record.name,
    lengthBytes: Number(record.length_bytes), // MySQL may give 64-bit numbers as text
    pieceLength: Number(record.piece_length),
    dataPath: data.data_path,
    metainfo: record.metainfo && new Uint8Array(record.metainfo),
    state: data.state,
    resume: data.resume,
    preferences: data.preferences,
    transfers: data.transfers,
    completed,
    createdAtSeconds: Number(record.created_at),
  };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** Knex takes a Buffer for a blob, but a plain Uint8Array for an object with keys. */
function blob(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
