import { SeederError } from '../errors.ts';

/** An error of writing as one that a torrent fails with: ERR_STORAGE_UNWRITABLE unless it has a code of its own. */
export function asSeederError(error: unknown): SeederError {
  if (error instanceof SeederError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new SeederError('ERR_STORAGE_UNWRITABLE', message, { cause: error });
}

/** Whether a piece was not hashed because the thread that hashes ended. */
export function isThreadGone(error: unknown): boolean {
  return error instanceof SeederError && error.code === 'ERR_STOPPED';
}
