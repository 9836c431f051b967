import express, { type Express, type NextFunction, type Request, type Response, type Router } from 'express';
import type { Logger } from 'pino';
import { limitPipelining } from './pipelining.ts';

/** The routers of the public port, in the order in which they are asked. */
export interface ExpressAppOptions {
  /** Answers announces and scrapes that the fast path leaves to us. */
  readonly tracker: Router;
  readonly web: Router;
  readonly api: Router;
  /** `/livez` and `/readyz`. */
  readonly health: Router;
  readonly metrics: Router;
  /** `/files`, the web seed; undefined: there is none. */
  readonly files: Router | undefined;
  /** Networks of reverse proxies whose X-Forwarded-... headers count. */
  readonly trustedProxies: readonly string[];
  readonly logger: Logger;
}

/** Everything that the public port answers beside the fast path of the tracker. */
export function expressApp(options: ExpressAppOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag'); // what we send changes all the time
  app.set('query parser', 'simple');
  app.set('trust proxy', [...options.trustedProxies]);
  if (options.files !== undefined) app.use('/files', options.files); // bounds what a connection sends by itself
  app.use(limitPipelining());
  app.use(options.tracker);
  app.use('/api/v1', options.api);
  app.use(options.health);
  app.use(options.metrics);
  app.use(options.web);
  app.use((_request, response) => void response.status(404).type('text').send('There is nothing here.\n'));
  app.use((error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    answerError(error, response, options.logger);
  });
  return app;
}

/** Express gives client faults (such as a broken percent-escape) a status; all else is ours. */
function answerError(error: unknown, response: Response, logger: Logger): void {
  const status =
    error instanceof Error && 'status' in error && typeof error.status === 'number' ? error.status : 500;
  if (status >= 500) logger.error({ err: error }, 'request failed');
  if (response.headersSent) return void response.destroy();
  response
    .status(status)
    .type('text')
    .send(status >= 500 ? 'Internal error.\n' : 'That request cannot be understood.\n');
}
