import type { Request } from 'express';

/** A host name, an IPv4 address or an IPv6 address in brackets, and perhaps a port: nothing that could break out of a URL. */
const HOST = /^(?:[a-z0-9](?:[a-z0-9._-]{0,252})|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/i;

/**
 * The scheme, host and port by which a request reached us, without a slash at the end; what a link in the answer should begin with.
 * Express takes the forwarded scheme and host from trusted proxies only. Falls back to `fallback` when there is no usable Host header.
 */
export function requestOrigin(request: Request, fallback: string): string {
  const host =
    request.get('x-forwarded-host') !== undefined && isFromTrustedProxy(request)
      ? request.get('x-forwarded-host')
      : request.get('host');
  if (host === undefined || !HOST.test(host)) return fallback;
  const origin = `${request.protocol === 'https' ? 'https' : 'http'}://${host}`;
  return URL.canParse(origin) ? origin : fallback;
}

/** Express has walked X-Forwarded-For by its trust function: with a trusted proxy there is more than the socket's own address. */
function isFromTrustedProxy(request: Request): boolean {
  const trust: unknown = request.app.get('trust proxy fn');
  return typeof trust === 'function' && trust(request.socket.remoteAddress ?? '', 0) === true;
}
