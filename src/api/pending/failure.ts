import { ProtocolError } from '../../bittorrent/errors.ts';
import type { PendingMagnetRow } from '../../persistence/persistence.ts';
import { SeederError } from '../../seeder/errors.ts';
import { CatalogueError } from '../catalogue-error.ts';

/** An error of the seed node is the link's fault, for whoever named it. */
export function asSourceError(error: unknown): unknown {
  return error instanceof SeederError
    ? new CatalogueError('ERR_SOURCE', error.message, { cause: error })
    : error;
}

/** Why a magnet link failed, as it is kept and shown; undefined: a fault of ours, which the log has to tell. */
export function failureOf(error: unknown): PendingMagnetRow['failure'] | undefined {
  if (error instanceof CatalogueError || error instanceof ProtocolError)
    return { code: error.code, message: error.message };
  return undefined;
}
