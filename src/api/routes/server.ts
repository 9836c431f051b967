import { Router } from 'express';
import { sendError } from '../errors.ts';
import type { ServerView } from '../server-view.ts';

/** What the routes of the server itself need. */
export interface ServerRoutesOptions {
  readonly server: () => ServerView;
  /** Counters for `GET /statistics`, by part. */
  readonly statistics: () => Readonly<Record<string, unknown>>;
  /** Has the process end in order; undefined: that is not for the control API. */
  readonly shutdown: (() => void) | undefined;
}

/** What `POST /shutdown` answers. */
export interface ShutdownView {
  /** The process that ends. */
  readonly pid: number;
}

/** `/server`, `/statistics` and `/shutdown`. */
export function serverRoutes({ server, statistics, shutdown }: ServerRoutesOptions): Router {
  const router = Router();
  router.get('/server', (_request, response) => void response.json(server()));
  router.get('/statistics', (_request, response) => void response.json(statistics()));
  router.post('/shutdown', (_request, response) => {
    if (shutdown === undefined)
      return sendError(response, 409, 'ERR_NO_SHUTDOWN', 'this server is ended by the program that runs it');
    response.once('close', shutdown); // the answer is out, or nobody is there any more to take it
    response.status(202).json({ pid: process.pid } satisfies ShutdownView);
  });
  return router;
}
