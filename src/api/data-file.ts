import { rename, rm, writeFile } from 'node:fs/promises';
import { CatalogueError } from './catalogue-error.ts';

/**
 * Writes a file of the data folder: beside its place, and then renamed, so that nobody ever sees half a file.
 * @throws {CatalogueError} ERR_DATA_FILE, naming the file, when it cannot be written; nothing is left of it then.
 */
export async function writeDataFile(path: string, content: Uint8Array | string, mode = 0o644): Promise<void> {
  const beside = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(beside, content, { mode });
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw dataFileError(path, error);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota is used up',
  EACCES: 'no right to write there',
  EROFS: 'the disk is read-only',
};

/** Words a failed write for the user. */
export function dataFileError(path: string, cause: unknown): CatalogueError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
  return new CatalogueError('ERR_DATA_FILE', `the file ${path} cannot be written: ${REASONS[code] ?? code}`, {
    cause,
  });
}
