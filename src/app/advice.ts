import type { Logger } from 'pino';
import type { HttpsPlace } from '../api/announce-urls.ts';
import { type InfoHash, infoHashToHex } from '../bittorrent/info-hash.ts';
import type { Config } from '../config/settings.ts';

const LOOPBACK_HOST = /^(localhost|127\..*|\[?::1\]?)$/;

/** Says once, at the start, which settings hold but do less than somebody may expect. */
export function adviseOn(config: Config, https: HttpsPlace | undefined, logger: Pick<Logger, 'warn'>): void {
  const { trustedProxies, proxyProtocol, publicAddress, publicUrl } = config;
  if (trustedProxies.length + proxyProtocol.length > 0 && publicAddress.length === 0)
    logger.warn(
      'clients that come through a proxy are not told of our own seed node, for only the proxy knows where it was reached: say with --public-address where the seed node is',
    );
  if (https !== undefined && https.host === undefined && publicUrl === undefined)
    logger.warn(
      'the certificate names no host at which strangers could reach us, so torrents carry the HTTP address: say the https:// one with --public-url',
    );
  if (LOOPBACK_HOST.test(config.host) && isPromisedToStrangers(config))
    logger.warn(
      `--host ${config.host} keeps the seed node and the tracker over UDP on this machine, but strangers are told of them: leave --host out, and close the HTTP port in the firewall; or leave --public-address out and say --no-udp`,
    );
}

/** Whether torrents or replies name ports that no reverse proxy passes on: those of the seed node, and of UDP. */
function isPromisedToStrangers({ publicAddress, publicUrl, udp }: Config): boolean {
  if (publicAddress.length > 0) return true;
  return udp && publicUrl !== undefined && !LOOPBACK_HOST.test(new URL(publicUrl).hostname);
}

/** More would make the line long, and `seedbed show` tells it of each. */
const MAX_EXAMPLES = 5;

/**
 * Says once, at the start of a private tracker, which torrents are not private: they were published before it was, or elsewhere,
 * and whoever has such a file finds peers past the tracker.
 */
export function adviseOnPrivacy(
  { privateTracker }: Pick<Config, 'privateTracker'>,
  notPrivate: readonly InfoHash[],
  logger: Pick<Logger, 'warn'>,
): void {
  if (!privateTracker || notPrivate.length === 0) return;
  logger.warn(
    { torrents: notPrivate.length, examples: notPrivate.slice(0, MAX_EXAMPLES).map(infoHashToHex) },
    'the tracker is private, but some torrents are not marked so (BEP 27): clients look for peers without it, and users are given these files with their passkeys inside. Publish each anew with seedbed publish, which makes another info-hash, and take the old one away with seedbed remove',
  );
}
