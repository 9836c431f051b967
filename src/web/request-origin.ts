import type { Request } from 'express';

/** A host name, an IPv4 address or an IPv6 address in brackets, and perhaps a port: nothing that could break out of a URL. */
const HOST = /^(?:[a-z0-9](?:[a-z0-9._-]{0,252})|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/i;

/** What is known of how we are reached, whatever a request says. */
export interface KnownOrigins {
  /** When there is no usable Host header. */
  readonly fallback: string;
  /** As it was configured: scheme, host, perhaps a port and a path. */
  readonly publicUrl: string | undefined;
}

/**
 * The scheme, host and port by which a request reached us, without a slash at the end; what a link in the answer should begin with.
 * Express takes the forwarded scheme and host from trusted proxies only. A request for the host of the public URL reached us by that URL:
 * its scheme and path are the proxy's business, and not every proxy tells them.
 */
export function requestOrigin(request: Request, { fallback, publicUrl }: KnownOrigins): string {
  const host =
    request.get('x-forwarded-host') !== undefined && isFromTrustedProxy(request)
      ? request.get('x-forwarded-host')
      : request.get('host');
  if (host === undefined || !HOST.test(host)) return fallback;
  if (publicUrl !== undefined && isHostOf(publicUrl, host)) return publicUrl;
  const origin = `${request.protocol === 'https' ? 'https' : 'http'}://${host}`;
  return URL.canParse(origin) ? origin : fallback;
}

/** Whether a Host header means a URL's host; its port may be missing, for many proxies leave it out. */
function isHostOf(url: string, host: string): boolean {
  const { host: wanted, hostname, port } = new URL(url);
  const asked = host.toLowerCase();
  return (
    asked === wanted || asked === hostname || (port === '' && asked === `${hostname}:${defaultPort(url)}`)
  );
}

function defaultPort(url: string): number {
  return url.startsWith('https:') ? 443 : 80;
}

/** Express has walked X-Forwarded-For by its trust function: with a trusted proxy there is more than the socket's own address. */
function isFromTrustedProxy(request: Request): boolean {
  const trust: unknown = request.app.get('trust proxy fn');
  return typeof trust === 'function' && trust(request.socket.remoteAddress ?? '', 0) === true;
}
