import type { Knex } from 'knex';

/** What a write may be told. */
export interface WriteOptions {
  /**
   * False where the result would be another one the second time, as that of a removal: then an answer that was lost is an error. Else a
   * driver may do the work again. True, without it.
   */
  readonly isRepeatable?: boolean;
}

/** How the stores of this folder reach a database. The driver behind it keeps writes in order, and tries again where that is harmless. */
export interface SqlQueries {
  /** This node's number; known once the database is open. */
  readonly nodeId: number;
  /** Runs queries that change nothing. */
  read<Result>(work: (knex: Knex) => Promise<Result>): Promise<Result>;
  /** Runs statements in one transaction. */
  write<Result>(work: (trx: Knex) => Promise<Result>, options?: WriteOptions): Promise<Result>;
}

/** Queries by knex alone: for a database that is never away. */
export function plainQueries(knex: Knex, nodeId: () => number): SqlQueries {
  return {
    get nodeId() {
      return nodeId();
    },
    read: (work) => work(knex),
    write: (work) => knex.transaction(work),
  };
}
