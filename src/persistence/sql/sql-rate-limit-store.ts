import type { Knex } from 'knex';
import {
  RATE_DIRECTIONS,
  type RateDirection,
  type RateLimitRow,
  type RateLimitStore,
  type RateScope,
} from '../rate-limit-store.ts';
import type { SqlQueries } from './sql-queries.ts';

/** A table a direction, with the column that holds the limit. */
const TABLES: Readonly<Record<RateDirection, { readonly table: string; readonly column: string }>> = {
  upload: { table: 'rate_limits', column: 'upload_bytes_per_second' },
  download: { table: 'download_limits', column: 'download_bytes_per_second' },
};

/** The limits of a node in a database that knex reaches. */
export class SqlRateLimitStore implements RateLimitStore {
  readonly #queries: SqlQueries;

  constructor(queries: SqlQueries) {
    this.#queries = queries;
  }

  loadRateLimits(): Promise<RateLimitRow[]> {
    return this.#queries.read(async (knex) => {
      const limits: RateLimitRow[] = [];
      for (const direction of RATE_DIRECTIONS) {
        const { table, column } = TABLES[direction];
        const rows = await knex(table).where({ node_id: this.#queries.nodeId }).orderBy('scope');
        // MySQL may give 64-bit numbers as text.
        for (const { scope, [column]: limit } of rows)
          limits.push({ direction, scope, bytesPerSecond: limit === null ? null : Number(limit) });
      }
      return limits;
    });
  }

  saveRateLimit({ direction, scope, bytesPerSecond }: RateLimitRow): Promise<void> {
    const { table, column } = TABLES[direction];
    return this.#queries.write(async (trx) => {
      await trx(table)
        .insert({ node_id: this.#queries.nodeId, scope, [column]: bytesPerSecond })
        .onConflict(['node_id', 'scope'])
        .merge();
    });
  }

  removeRateLimit(direction: RateDirection, scope: RateScope): Promise<boolean> {
    return this.#queries.write(
      async (trx) =>
        (await trx(TABLES[direction].table).where({ node_id: this.#queries.nodeId, scope }).delete()) > 0,
      { isRepeatable: false },
    );
  }
}

/** Deletes the limits of a torrent, or of a node, within the caller's transaction. */
export async function deleteRateLimits(
  trx: Knex,
  of: { readonly scope: RateScope } | { readonly node_id: number },
): Promise<void> {
  for (const { table } of Object.values(TABLES)) await trx(table).where(of).delete();
}
