import express, { type NextFunction, type Request, type Response, Router } from 'express';
import type { Logger } from 'pino';
import { ProtocolError } from '../bittorrent/errors.ts';
import { infoHashFromHex } from '../bittorrent/info-hash.ts';
import { PersistenceError } from '../persistence/errors.ts';
import type { Catalogue } from './catalogue.ts';
import { CatalogueError, type CatalogueErrorCode } from './catalogue-error.ts';
import type { Publication, Published } from './catalogue-types.ts';
import { OPENAPI } from './openapi.ts';
import { requireToken } from './token.ts';
import { type TorrentView, torrentView } from './torrent-view.ts';

/** What the control API needs. */
export interface ApiOptions {
  readonly catalogue: Catalogue;
  readonly token: string;
  /** Scheme, host and port for links. */
  readonly origin: () => string;
  readonly version: string;
  /** Counters for `GET /stats`, by part. */
  readonly statistics: () => Readonly<Record<string, unknown>>;
  readonly logger: Logger;
}

/** A `.torrent` of 64 MiB in base64, and the record of a check of as many files as it can hold. */
const MAX_BODY = '192mb';

/** The control API, to be mounted at `/api/v1`: see `/api/v1/openapi.json`. Everything but that document needs the token. */
export function apiRouter(options: ApiOptions): Router {
  const { catalogue } = options;
  const view = (published: Published): TorrentView =>
    torrentView(published, {
      magnet: catalogue.magnet(published.row.infoHash, options.origin()) ?? '',
      torrentPath: catalogue.torrentPath(published.row.infoHash),
    });
  const router = Router();
  router.get('/openapi.json', (_request, response) => void response.json(OPENAPI));
  router.use(requireToken(options.token));
  router.use(express.json({ limit: MAX_BODY }));
  router.get('/server', (_request, response) => {
    response.json({ version: options.version, announceUrl: catalogue.announceUrl });
  });
  router.get('/statistics', (_request, response) => void response.json(options.statistics()));
  router.get(
    '/torrents',
    (_request, response) => void response.json({ torrents: catalogue.list().map(view) }),
  );
  router.post('/torrents', async (request, response) => {
    response.status(201).json(view(await catalogue.add(publicationFrom(request.body))));
  });
  router.get('/torrents/:infoHash', (request, response) => {
    response.json(view(catalogue.require(infoHashFromHex(request.params.infoHash))));
  });
  router.delete('/torrents/:infoHash', async (request, response) => {
    const infoHash = infoHashFromHex(request.params.infoHash);
    if (!(await catalogue.remove(infoHash))) catalogue.require(infoHash);
    response.status(204).end();
  });
  router.use((_request, response) =>
    sendError(response, 404, 'ERR_NO_ROUTE', 'there is nothing here; see /api/v1/openapi.json'),
  );
  router.use((error: unknown, _request: Request, response: Response, _next: NextFunction) =>
    answerError(error, response, options.logger),
  );
  return router;
}

/** The body of `POST /torrents`. */
function publicationFrom(body: unknown): Publication {
  const { torrent, dataPath, resume } = (typeof body === 'object' && body !== null ? body : {}) as Record<
    string,
    unknown
  >;
  if (typeof torrent !== 'string' || torrent === '')
    throw new BadRequest('"torrent" must be the .torrent file in base64');
  if (
    dataPath !== undefined &&
    dataPath !== null &&
    (typeof dataPath !== 'string' || !dataPath.startsWith('/'))
  ) {
    throw new BadRequest('"dataPath" must be an absolute path on the server, or null');
  }
  if (resume !== undefined && resume !== null && typeof resume !== 'string')
    throw new BadRequest('"resume" must be a text or null');
  return { torrent: Buffer.from(torrent, 'base64'), dataPath: dataPath ?? null, resume: resume ?? null };
}

/** A request that is not what the document says. */
class BadRequest extends Error {
  override readonly name = 'BadRequest';
}

const STATUS_OF = {
  ERR_NO_TORRENT: 404,
  ERR_DATA_MISSING: 422,
  ERR_DATA_MISMATCH: 422,
  ERR_OWN_FOLDER: 422,
  ERR_DATA_FILE: 507,
} as const satisfies Record<CatalogueErrorCode, number>;

/** The client learns of its own mistakes and of a disk that is full; the rest is one line in the log. */
function answerError(error: unknown, response: Response, logger: Logger): void {
  if (error instanceof BadRequest) return sendError(response, 400, 'ERR_BAD_REQUEST', error.message);
  if (error instanceof ProtocolError) return sendError(response, 400, error.code, error.message);
  if (error instanceof CatalogueError)
    return sendError(response, STATUS_OF[error.code], error.code, error.message);
  if (error instanceof PersistenceError) return sendError(response, 507, error.code, error.message);
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

function sendError(response: Response, status: number, code: string, message: string): void {
  response.status(status).json({ error: { code, message } });
}
