import { parentPort, workerData } from 'node:worker_threads';
import { SqliteDatabase, type SqliteOptions } from './sqlite-database.ts';
import { toPersistenceError } from './sqlite-errors.ts';
import type { WorkerRequest, WorkerResponse } from './worker-protocol.ts';

// The entry of the worker thread that owns the database file: see SqlitePersistence.
const port = parentPort;
if (port === null) throw new Error('this file runs in a worker thread only');

const options = workerData as SqliteOptions; // given by SqlitePersistence
const database = new SqliteDatabase(options);

// Calls take effect in their order: each waits for the one before.
let previous: Promise<void> = Promise.resolve();
port.on('message', (request: WorkerRequest) => {
  previous = previous.then(() => answer(request));
});

async function answer({ id, method, args }: WorkerRequest): Promise<void> {
  let response: WorkerResponse;
  try {
    // The proxy is typed by the same class, so the arguments fit the method.
    const call = database[method] as (...values: readonly unknown[]) => unknown;
    response = { id, result: await call.apply(database, args as unknown[]) };
  } catch (error) {
    const { code, message } = toPersistenceError(error, options.path);
    response = { id, error: { code, message } };
  }
  port?.postMessage(response);
  if (method === 'close') port?.close();
}
