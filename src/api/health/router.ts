import { Router } from 'express';
import type { Health } from './health.ts';

/**
 * `GET /livez`: the process answers; restart it when it does not. `GET /readyz`: 200 when it can do all of its work, else 503 with the
 * checks that failed; send it no new clients then. Announces go on all the same.
 */
export function healthRouter(health: Health): Router {
  const router = Router();
  router.get(
    '/livez',
    (_request, response) => void response.set('Cache-Control', 'no-store').json({ status: 'ok' }),
  );
  router.get('/readyz', (_request, response) => {
    const { isReady, checks } = health.readiness();
    response
      .status(isReady ? 200 : 503)
      .set('Cache-Control', 'no-store')
      .json({ status: isReady ? 'ready' : 'not ready', checks });
  });
  return router;
}
