import type { Knex } from 'knex';
import { infoHashFromBytes } from '../../bittorrent/info-hash.ts';
import type { TorrentRow } from '../persistence.ts';
import { bumpRevision } from './sequence-table.ts';

interface TorrentRecord {
  readonly info_hash: Uint8Array;
  readonly info_hash_v2: Uint8Array | null;
  readonly name: string;
  readonly length_bytes: number;
  readonly piece_length: number;
  readonly data_path: string | null;
  readonly metainfo: Uint8Array | null;
  readonly state: string;
  readonly resume: string | null;
  readonly created_at: number;
}

/** Adds or replaces a torrent within the caller's transaction. Its count is the counter table's business. */
export async function upsertTorrent(trx: Knex, torrent: TorrentRow): Promise<void> {
  await bumpRevision(trx, 'torrents');
  await trx('torrents').insert(toRecord(torrent)).onConflict('info_hash').merge();
}

/** Deletes a torrent within the caller's transaction. Resolves false when there was none. */
export async function deleteTorrent(trx: Knex, infoHash: Uint8Array): Promise<boolean> {
  await bumpRevision(trx, 'torrents');
  return (await oneTorrent(trx, infoHash).delete()) > 0;
}

/** Replaces the state of a torrent within the caller's transaction. Resolves false when there is none. */
export async function changeState(trx: Knex, infoHash: Uint8Array, state: string): Promise<boolean> {
  await bumpRevision(trx, 'torrents');
  return (await oneTorrent(trx, infoHash).update({ state })) > 0;
}

/** Replaces the resume record of a torrent: a matter of the node that has the data. Resolves false when there is none. */
export async function changeResume(
  knex: Knex,
  infoHash: Uint8Array,
  resume: string | null,
): Promise<boolean> {
  return (await oneTorrent(knex, infoHash).update({ resume })) > 0;
}

function oneTorrent(knex: Knex, infoHash: Uint8Array): Knex.QueryBuilder {
  return knex('torrents').where({ info_hash: blob(infoHash) });
}

/** Up to `limit` torrents in the order of their info-hashes, after the given one. */
export async function selectTorrents(
  knex: Knex,
  after: Uint8Array | null,
  limit: number,
): Promise<TorrentRow[]> {
  const query = knex<TorrentRecord>('torrents').orderBy('info_hash').limit(limit);
  if (after !== null) query.where('info_hash', '>', blob(after));
  const records = (await query) as TorrentRecord[];
  const completed = await completedOf(
    knex,
    records.map((record) => record.info_hash),
  );
  return records.map((record) => toRow(record, completed.get(hex(record.info_hash)) ?? 0));
}

async function completedOf(knex: Knex, infoHashes: readonly Uint8Array[]): Promise<Map<string, number>> {
  const sums = await knex('counters')
    .whereIn('info_hash', infoHashes.map(blob))
    .groupBy('info_hash')
    .select('info_hash', knex.raw('sum(completed) as completed'));
  return new Map(sums.map((sum) => [hex(sum.info_hash), Number(sum.completed)]));
}

function toRecord(torrent: TorrentRow): TorrentRecord {
  return {
    info_hash: blob(torrent.infoHash),
    info_hash_v2: torrent.infoHashV2 && blob(torrent.infoHashV2),
    name: torrent.name,
    length_bytes: torrent.lengthBytes,
    piece_length: torrent.pieceLength,
    data_path: torrent.dataPath,
    metainfo: torrent.metainfo && blob(torrent.metainfo),
    state: torrent.state,
    resume: torrent.resume,
    created_at: torrent.createdAtSeconds,
  };
}

function toRow(record: TorrentRecord, completed: number): TorrentRow {
  return {
    infoHash: infoHashFromBytes(record.info_hash),
    infoHashV2: record.info_hash_v2 && new Uint8Array(record.info_hash_v2),
    name: record.name,
    lengthBytes: Number(record.length_bytes), // MySQL may give 64-bit numbers as text
    pieceLength: Number(record.piece_length),
    dataPath: record.data_path,
    metainfo: record.metainfo && new Uint8Array(record.metainfo),
    state: record.state,
    resume: record.resume,
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
