import type { Connection, QueryOptions, ResultSetHeader } from 'mysql2';

/** Runs a statement that changes something. */
export function execute(connection: Connection, sql: string): Promise<ResultSetHeader> {
  return new Promise((resolve, reject) => {
    connection.query<ResultSetHeader>(sql, (error, result) =>
      error === null ? resolve(result) : reject(error),
    );
  });
}

/** Runs a query; a row is an array of its columns. Buffers in it are views into what was received. */
export function select<Row extends readonly unknown[]>(
  connection: Connection,
  sql: string,
  values: readonly (number | string)[] = [],
): Promise<Row[]> {
  const options: QueryOptions = { sql, values: [...values], rowsAsArray: true };
  return new Promise((resolve, reject) => {
    connection.query(options, (error, rows) =>
      error === null ? resolve(rows as unknown as Row[]) : reject(error),
    );
  });
}

/** Runs the work within a transaction. When it fails, nothing of it stands. */
export async function inTransaction<Result>(
  connection: Connection,
  work: () => Promise<Result>,
): Promise<Result> {
  await execute(connection, 'BEGIN');
  try {
    const result = await work();
    await execute(connection, 'COMMIT');
    return result;
  } catch (error) {
    await execute(connection, 'ROLLBACK').catch(() => {}); // the connection is lost, and the transaction with it
    throw error;
  }
}
