/** The part of better-sqlite3 that this folder uses; the package brings no types. */
declare module 'better-sqlite3' {
  type Value = number | bigint | string | Uint8Array | null;

  interface Statement {
    run(...values: readonly Value[]): { readonly changes: number };
    get(...values: readonly Value[]): unknown;
    all(...values: readonly Value[]): unknown[];
    iterate(...values: readonly Value[]): IterableIterator<unknown>;
    raw(): this;
    pluck(): this;
  }

  export default class Database {
    constructor(path: string, options?: { readonly timeout?: number });
    readonly inTransaction: boolean;
    readonly open: boolean;
    prepare(sql: string): Statement;
    exec(sql: string): this;
    pragma(text: string, options?: { readonly simple: boolean }): unknown;
    close(): this;
  }
}
