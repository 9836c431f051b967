import type { PersistenceErrorCode } from '../errors.ts';
import type { SqliteDatabase } from './sqlite-database.ts';

/** What the worker thread can be asked for. */
export type Method = keyof SqliteDatabase;

/** From the main thread to the worker. */
export interface WorkerRequest {
  readonly id: number;
  readonly method: Method;
  readonly args: readonly unknown[];
}

/** From the worker to the main thread, in the order in which the calls finish. */
export type WorkerResponse =
  | { readonly id: number; readonly result: unknown }
  | {
      readonly id: number;
      readonly error: { readonly code: PersistenceErrorCode; readonly message: string };
    };
