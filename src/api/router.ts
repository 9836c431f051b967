import { type NextFunction, type Request, type Response, Router } from 'express';
import type { Logger } from 'pino';
import { parseBody } from './body.ts';
import type { Catalogue } from './catalogue.ts';
import { answerError, sendError } from './errors.ts';
import type { Mirrors } from './mirrors.ts';
import { OPENAPI } from './openapi.ts';
import type { QueueLimits } from './queue-limits.ts';
import type { Rechecks } from './rechecks.ts';
import { type AccessParts, accessRoutes } from './routes/access.ts';
import { type LimitRoutesOptions, limitRoutes } from './routes/limits.ts';
import { type NodeRoutesOptions, nodeRoutes } from './routes/nodes.ts';
import { type ImportPeers, peerRoutes } from './routes/peers.ts';
import { queueRoutes } from './routes/queue.ts';
import { recheckRoutes } from './routes/rechecks.ts';
import { type ServerRoutesOptions, serverRoutes } from './routes/server.ts';
import { type TorrentDetailsOptions, torrentDetailsRoutes } from './routes/torrent-details.ts';
import { torrentRoutes } from './routes/torrents.ts';
import { type UserRoutesOptions, userRoutes } from './routes/users.ts';
import { requireToken } from './token.ts';

/** What the control API needs. */
export interface ApiOptions extends ServerRoutesOptions {
  readonly catalogue: Catalogue;
  readonly mirrors: Mirrors;
  readonly seedNode: TorrentDetailsOptions['seedNode'];
  readonly rechecks: Rechecks;
  readonly users: UserRoutesOptions;
  readonly access: AccessParts;
  readonly nodes: NodeRoutesOptions;
  readonly limits: LimitRoutesOptions;
  readonly queue: QueueLimits;
  readonly token: string;
  /** Scheme, host and port for links. */
  readonly origin: () => string;
  readonly importPeers: ImportPeers;
  readonly logger: Logger;
}

/** The control API, to be mounted at `/api/v1`: see `/api/v1/openapi.json`. Everything but that document needs the token. */
export function apiRouter(options: ApiOptions): Router {
  const { catalogue, mirrors, access, origin, logger } = options;
  const router = Router();
  router.get('/openapi.json', (_request, response) => void response.json(OPENAPI));
  router.use(requireToken(options.token));
  router.use(parseBody);
  router.use(serverRoutes(options));
  router.use(torrentRoutes({ catalogue, mirrors, access: access.control, origin }));
  router.use(torrentDetailsRoutes({ catalogue, seedNode: options.seedNode }));
  router.use(recheckRoutes({ catalogue, rechecks: options.rechecks }));
  router.use(peerRoutes(options.importPeers));
  router.use(accessRoutes(access));
  router.use(userRoutes(options.users));
  router.use(nodeRoutes(options.nodes));
  router.use(limitRoutes(options.limits));
  router.use(queueRoutes(options.queue));
  router.use((_request, response) =>
    sendError(response, 404, 'ERR_NO_ROUTE', 'there is nothing here; see /api/v1/openapi.json'),
  );
  router.use((error: unknown, _request: Request, response: Response, _next: NextFunction) =>
    answerError(error, response, logger),
  );
  return router;
}
