import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { PersistenceError } from './errors.ts';

/** A data folder that is ours until it is released, or the process ends in whatever way. */
export interface DataFolderLock {
  /** Lets others have the folder. Idempotent. */
  release(): void;
}

/** The file that carries the lock. */
const LOCK_FILE = 'lock.db';

/** A command that only looks whether a server runs holds the lock for a moment. */
const PATIENCE_MS = 250;

/** Locks that are held: a connection that nobody refers to would be collected, and its lock with it. */
const held = new Set<Database>();

/**
 * Makes the data folder when it is missing and takes it for this process alone. The operating system holds the lock
 * (on `lock.db`, through SQLite), so it dies with the process and no stale file stands in the way of a restart.
 * @throws {PersistenceError} ERR_DATA_FOLDER_IN_USE when another process (or this one) has it; ERR_DATA_FOLDER when it
 *   cannot be made, is no folder, or cannot be written.
 */
export function lockDataFolder(folder: string): DataFolderLock {
  makeFolder(folder);
  const database = takeLock(folder, PATIENCE_MS);
  held.add(database);
  return {
    release() {
      held.delete(database);
      if (database.open) database.close();
    },
  };
}

/** Whether a running server has the data folder. Changes nothing; false when there is no such folder. */
export function isDataFolderInUse(folder: string): boolean {
  if (!existsSync(join(folder, LOCK_FILE))) return false;
  try {
    takeLock(folder, 0).close();
    return false;
  } catch (error) {
    return error instanceof PersistenceError && error.code === 'ERR_DATA_FOLDER_IN_USE';
  }
}

function makeFolder(folder: string): void {
  try {
    makeFolders(folder);
    if (!statSync(folder).isDirectory()) throw folderError(folder, 'it is no folder');
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    if (error instanceof PersistenceError) throw error;
    throw folderError(folder, reasonOf(error), error);
  }
}

/** Makes a folder and those above it. The recursive mode of mkdirSync never ends where nothing can be made, as below /proc. */
function makeFolders(folder: string): void {
  if (existsSync(folder)) return;
  const parent = dirname(folder);
  if (parent !== folder) makeFolders(parent);
  mkdirSync(folder, { mode: 0o700 }); // it holds keys
}

function takeLock(folder: string, timeout: number): Database {
  let database: Database | undefined;
  try {
    database = new Database(join(folder, LOCK_FILE), { timeout });
    database.exec('BEGIN EXCLUSIVE');
    return database;
  } catch (error) {
    database?.close();
    if (codeOf(error).startsWith('SQLITE_BUSY')) {
      throw new PersistenceError(
        'ERR_DATA_FOLDER_IN_USE',
        `the data folder ${folder} is in use by another running server: stop it, or choose another --data-dir`,
        { cause: error },
      );
    }
    throw folderError(folder, reasonOf(error), error);
  }
}

function folderError(folder: string, reason: string, cause?: unknown): PersistenceError {
  const message = `the data folder ${folder} cannot be used: ${reason}`;
  return new PersistenceError('ERR_DATA_FOLDER', message, cause === undefined ? {} : { cause });
}

function reasonOf(error: unknown): string {
  const code = codeOf(error);
  if (code === 'ENOTDIR' || code === 'EEXIST') return 'it is no folder, or lies below a file';
  if (code === 'ENOENT') return 'it cannot be made there';
  if (code === 'EACCES' || code === 'EPERM') return 'no right to write there';
  if (code === 'EROFS' || code.startsWith('SQLITE_READONLY')) return 'the disk is read-only';
  if (code === 'ENOSPC' || code === 'SQLITE_FULL') return 'the disk is full';
  if (code === 'SQLITE_NOTADB') return 'its lock.db is no file of ours';
  if (code.startsWith('SQLITE_CANTOPEN')) return 'its lock.db cannot be opened';
  return error instanceof Error ? error.message : String(error);
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}
