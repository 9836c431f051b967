import type { RateLimitRow, RateLimitStore, RateScope } from '../rate-limit-store.ts';
import type { SqlQueries } from './sql-queries.ts';

const TABLE = 'rate_limits';

/** The limits of a node in a database that knex reaches. */
export class SqlRateLimitStore implements RateLimitStore {
  readonly #queries: SqlQueries;

  constructor(queries: SqlQueries) {
    this.#queries = queries;
  }

  loadRateLimits(): Promise<RateLimitRow[]> {
    return this.#queries.read(async (knex) => {
      const rows = await knex(TABLE).where({ node_id: this.#queries.nodeId }).orderBy('scope');
      return rows.map(({ scope, upload_bytes_per_second: upload }) => ({
        scope,
        uploadBytesPerSecond: upload === null ? null : Number(upload), // MySQL may give 64-bit numbers as text
      }));
    });
  }

  saveRateLimit({ scope, uploadBytesPerSecond }: RateLimitRow): Promise<void> {
    return this.#queries.write(async (trx) => {
      await trx(TABLE)
        .insert({ node_id: this.#queries.nodeId, scope, upload_bytes_per_second: uploadBytesPerSecond })
        .onConflict(['node_id', 'scope'])
        .merge();
    });
  }

  removeRateLimit(scope: RateScope): Promise<boolean> {
    return this.#queries.write(
      async (trx) => (await trx(TABLE).where({ node_id: this.#queries.nodeId, scope }).delete()) > 0,
      { isRepeatable: false },
    );
  }
}
