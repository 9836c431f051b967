import type { Logger } from 'pino';
import type { HttpsPlace } from '../api/announce-urls.ts';
import type { Config } from '../config/settings.ts';

/** Says once, at the start, which settings hold but do less than somebody may expect. */
export function adviseOn(
  { trustedProxies, proxyProtocol, publicAddress, publicUrl }: Config,
  https: HttpsPlace | undefined,
  logger: Pick<Logger, 'warn'>,
): void {
  if (trustedProxies.length + proxyProtocol.length > 0 && publicAddress.length === 0)
    logger.warn(
      'clients that come through a proxy are not told of our own seed node, for only the proxy knows where it was reached: say with --public-address where the seed node is',
    );
  if (https !== undefined && https.host === undefined && publicUrl === undefined)
    logger.warn(
      'the certificate names no host at which strangers could reach us, so torrents carry the HTTP address: say the https:// one with --public-url',
    );
}
