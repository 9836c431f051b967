import { type NextFunction, type Request, type Response, Router } from 'express';
import type { Registry } from 'prom-client';
import { isPrivateAddress, parseAddress } from '../../bittorrent/endpoint.ts';
import { tokenCheck } from '../token.ts';

/** Who may read the metrics: nobody at all, who has the token, private addresses too, everybody. */
export type MetricsAccess = 'off' | 'token' | 'local' | 'public';

/** What `/metrics` needs. */
export interface MetricsOptions {
  readonly registry: Registry;
  readonly access: MetricsAccess;
  /** The token of the control API, which always opens `/metrics`, unless it is off. */
  readonly token: string;
}

/** `GET /metrics`, in the text format of Prometheus. To whoever may not read it, it is not there. */
export function metricsRouter(options: MetricsOptions): Router {
  const isAuthorized = tokenCheck(options.token);
  const router = Router();
  router.get('/metrics', async (request: Request, response: Response, next: NextFunction) => {
    if (!mayRead(options.access, request, isAuthorized)) return next();
    const text = await options.registry.metrics();
    response.set('Content-Type', options.registry.contentType).set('Cache-Control', 'no-store').end(text);
  });
  return router;
}

function mayRead(
  access: MetricsAccess,
  request: Request,
  isAuthorized: (request: Request) => boolean,
): boolean {
  if (access === 'off') return false;
  if (access === 'public' || isAuthorized(request)) return true;
  return access === 'local' && isLocal(request);
}

/** What proxies add to what they pass on; most add one of these even when they are not set up to. */
const FORWARDED = ['x-forwarded-for', 'forwarded', 'via', 'x-real-ip'];

/**
 * A request from this machine or a private network. One that a proxy passed on shows its client only where the proxy is
 * trusted; otherwise it comes from nobody knows where, so it does not count as local.
 */
function isLocal(request: Request): boolean {
  const isForwarded = FORWARDED.some((name) => request.headers[name] !== undefined);
  const peer = request.socket.remoteAddress;
  if (isForwarded && (request.ip === undefined || request.ip === peer)) return false;
  const address = parseAddress(request.ip ?? '');
  return address !== undefined && isPrivateAddress(address);
}
