import type { Response } from 'express';
import type { Logger } from 'pino';
import { ProtocolError } from '../bittorrent/errors.ts';
import { PersistenceError, type PersistenceErrorCode } from '../persistence/errors.ts';
import { CatalogueError, type CatalogueErrorCode } from './catalogue-error.ts';
import { UserError, type UserErrorCode } from './user-error.ts';

/** A request that is not what the document says. */
export class BadRequest extends Error {
  override readonly name = 'BadRequest';
}

const STATUS_OF = {
  ERR_NO_TORRENT: 404,
  ERR_DATA_MISSING: 422,
  ERR_DATA_MISMATCH: 422,
  ERR_OWN_FOLDER: 422,
  ERR_TARGET_OCCUPIED: 409,
  ERR_PLACE_SHARED: 409,
  ERR_DATA_FILE: 507,
  ERR_SOURCE: 422,
  ERR_PIECE_RANGE: 400,
  ERR_NO_FILE: 404,
  ERR_NO_RECHECK: 404,
  ERR_TORRENT_STATE: 409,
  ERR_PREFERENCE: 422,
  ERR_TOO_MANY_MAGNETS: 429,
} as const satisfies Record<CatalogueErrorCode, number>;

const STATUS_OF_USER_ERROR = {
  ERR_NO_USER: 404,
  ERR_USER_EXISTS: 409,
  ERR_USER_INPUT: 400,
} as const satisfies Record<UserErrorCode, number>;

/** A database that may do the same a moment later. */
const AWAY: ReadonlySet<PersistenceErrorCode> = new Set([
  'ERR_DATABASE_AWAY',
  'ERR_DATABASE_BUSY',
  'ERR_DATABASE_CLOSED',
]);

/** The client learns of its own mistakes and of a disk that is full; the rest is one line in the log. */
export function answerError(error: unknown, response: Response, logger: Logger): void {
  if (error instanceof BadRequest) return sendError(response, 400, 'ERR_BAD_REQUEST', error.message);
  if (error instanceof ProtocolError) return sendError(response, 400, error.code, error.message);
  if (error instanceof CatalogueError)
    return sendError(response, STATUS_OF[error.code], error.code, error.message);
  if (error instanceof UserError)
    return sendError(response, STATUS_OF_USER_ERROR[error.code], error.code, error.message);
  if (error instanceof PersistenceError)
    return sendError(response, AWAY.has(error.code) ? 503 : 507, error.code, error.message);
  const status = statusOf(error);
  if (status !== undefined) return sendError(response, status, 'ERR_BAD_REQUEST', (error as Error).message);
  logger.error({ err: error }, 'control API request failed');
  return sendError(response, 500, 'ERR_INTERNAL', 'internal error; the log of the server says more');
}

/** The status of the body parser's own complaints (bad JSON, too large). */
function statusOf(error: unknown): number | undefined {
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}

/** Answers with an error as the document describes it. */
export function sendError(response: Response, status: number, code: string, message: string): void {
  response.status(status).json({ error: { code, message } });
}
