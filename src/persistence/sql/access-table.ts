import type { Knex } from 'knex';
import { type InfoHash, infoHashFromBytes } from '../../bittorrent/info-hash.ts';
import type { AccessRuleRow, TorrentListKind } from '../access-store.ts';
import { bumpRevision } from './sequence-table.ts';

/** SQLite and MySQL take far more variables a statement; the text stays short. */
const ROWS_PER_STATEMENT = 200;

/** Adds torrents to a list within the caller's transaction. Resolves with how many were not on it. */
export async function insertListed(
  trx: Knex,
  list: TorrentListKind,
  infoHashes: readonly InfoHash[],
  nowSeconds: number,
): Promise<number> {
  let added = 0;
  for (const hashes of pagesOf(infoHashes)) {
    const known = new Set((await selectKnown(trx, list, hashes)).map((hash) => hash.toString('hex')));
    const missing = hashes.filter((hash) => !known.has(hash.toString('hex')));
    if (missing.length === 0) continue;
    await trx('access_torrents')
      .insert(missing.map((hash) => ({ list_name: list, info_hash: hash, created_at: nowSeconds })))
      .onConflict(['list_name', 'info_hash'])
      .ignore();
    added += missing.length;
  }
  if (added > 0) await bumpRevision(trx, 'access');
  return added;
}

/** Takes torrents off a list within the caller's transaction. Resolves with how many were on it. */
export async function deleteListed(
  trx: Knex,
  list: TorrentListKind,
  infoHashes: readonly InfoHash[],
): Promise<number> {
  let removed = 0;
  for (const hashes of pagesOf(infoHashes))
    removed += await trx('access_torrents').where({ list_name: list }).whereIn('info_hash', hashes).delete();
  if (removed > 0) await bumpRevision(trx, 'access');
  return removed;
}

/** Up to `limit` torrents of a list in the order of their bytes, after the given one. */
export async function selectListed(
  knex: Knex,
  list: TorrentListKind,
  after: InfoHash | null,
  limit: number,
): Promise<InfoHash[]> {
  const query = knex('access_torrents').where({ list_name: list }).orderBy('info_hash').limit(limit);
  if (after !== null) query.where('info_hash', '>', blob(after));
  const rows: Uint8Array[] = await query.pluck('info_hash');
  return rows.map(infoHashFromBytes);
}

/** All rules, by kind and value. */
export async function selectRules(knex: Knex): Promise<AccessRuleRow[]> {
  return knex('access_rules').orderBy(['kind', 'value']).select('kind', 'value');
}

/** Adds a rule within the caller's transaction. Resolves false when it is there. */
export async function insertRule(
  trx: Knex,
  { kind, value }: AccessRuleRow,
  nowSeconds: number,
): Promise<boolean> {
  if ((await trx('access_rules').where({ kind, value }).first('kind')) !== undefined) return false;
  await trx('access_rules')
    .insert({ kind, value, created_at: nowSeconds })
    .onConflict(['kind', 'value'])
    .ignore();
  await bumpRevision(trx, 'access');
  return true;
}

/** Removes a rule within the caller's transaction. Resolves false when there is none. */
export async function deleteRule(trx: Knex, { kind, value }: AccessRuleRow): Promise<boolean> {
  const removed = await trx('access_rules').where({ kind, value }).delete();
  if (removed > 0) await bumpRevision(trx, 'access');
  return removed > 0;
}

function selectKnown(knex: Knex, list: TorrentListKind, hashes: readonly Buffer[]): Promise<Buffer[]> {
  return knex('access_torrents')
    .where({ list_name: list })
    .whereIn('info_hash', hashes)
    .pluck('info_hash')
    .then((known: Uint8Array[]) => known.map(blob));
}

/** The info-hashes, each once, as many at a time as a statement takes. */
function* pagesOf(infoHashes: readonly InfoHash[]): Generator<Buffer[]> {
  const hashes = [...new Map(infoHashes.map((hash) => [blob(hash).toString('hex'), blob(hash)])).values()];
  for (let start = 0; start < hashes.length; start += ROWS_PER_STATEMENT)
    yield hashes.slice(start, start + ROWS_PER_STATEMENT);
}

/** Knex takes a Buffer for a blob, but a plain Uint8Array for an object with keys. */
function blob(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
