import type { Knex } from 'knex';
import { type InfoHash, infoHashFromBytes } from '../../bittorrent/info-hash.ts';
import type { PendingMagnetRow, PendingMagnetStore } from '../pending-magnet-store.ts';
import type { SqlQueries } from './sql-queries.ts';

const TABLE = 'pending_magnets';

interface PendingMagnetRecord {
  readonly info_hash: Uint8Array;
  readonly info_hash_v2: Uint8Array | null;
  readonly name: string;
  readonly link: string;
  readonly target: string;
  readonly state: string;
  readonly preferences: string | null;
  readonly limits: string | null;
  readonly error_code: string | null;
  readonly error: string | null;
  readonly created_at: number;
}

/** The pending magnet links of a node in a database that knex reaches. */
export class SqlPendingMagnetStore implements PendingMagnetStore {
  readonly #queries: SqlQueries;

  constructor(queries: SqlQueries) {
    this.#queries = queries;
  }

  loadPendingMagnets(): Promise<PendingMagnetRow[]> {
    return this.#queries.read(async (knex) => {
      const records = (await knex(TABLE)
        .where({ node_id: this.#queries.nodeId })
        .orderBy(['created_at', 'info_hash'])) as PendingMagnetRecord[];
      return records.map(toRow);
    });
  }

  savePendingMagnet(row: PendingMagnetRow): Promise<void> {
    return this.#queries.write(async (trx) => {
      await trx(TABLE)
        .insert({ node_id: this.#queries.nodeId, ...toRecord(row) })
        .onConflict(['node_id', 'info_hash'])
        .merge();
    });
  }

  removePendingMagnet(infoHash: InfoHash): Promise<boolean> {
    const one = { node_id: this.#queries.nodeId, info_hash: Buffer.from(infoHash) };
    return this.#queries.write(async (trx) => (await trx(TABLE).where(one).delete()) > 0, {
      isRepeatable: false,
    });
  }
}

/** Deletes what a node that is forgotten was waiting for, within the caller's transaction. */
export async function deletePendingMagnets(trx: Knex, nodeId: number): Promise<void> {
  await trx(TABLE).where({ node_id: nodeId }).delete();
}

function toRecord(row: PendingMagnetRow): PendingMagnetRecord {
  return {
    info_hash: Buffer.from(row.infoHash),
    info_hash_v2: row.infoHashV2 && Buffer.from(row.infoHashV2),
    name: row.name,
    link: row.link,
    target: row.target,
    state: row.state,
    preferences: row.preferences,
    limits: row.limits,
    error_code: row.failure?.code ?? null,
    error: row.failure?.message ?? null,
    created_at: row.createdAtSeconds,
  };
}

function toRow(record: PendingMagnetRecord): PendingMagnetRow {
  const { error_code: code, error } = record;
  return {
    infoHash: infoHashFromBytes(record.info_hash),
    infoHashV2: record.info_hash_v2 && new Uint8Array(record.info_hash_v2),
    name: record.name,
    link: record.link,
    target: record.target,
    state: record.state,
    preferences: record.preferences,
    limits: record.limits,
    failure: code === null ? null : { code, message: error ?? '' },
    createdAtSeconds: Number(record.created_at), // MySQL may give 64-bit numbers as text
  };
}
