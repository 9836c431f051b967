import { isIP } from 'node:net';
import type { HttpsPlace } from '../api/announce-urls.ts';
import type { Config } from '../config/settings.ts';
import { reachableAddress } from './reachable-address.ts';
import type { StartedHttps } from './start-https.ts';

/**
 * Where strangers reach HTTPS: at the first host name of the certificate, else at our address when the certificate holds for it. At any
 * other name clients would refuse it.
 */
export function httpsPlace(config: Config, https: StartedHttps | undefined): HttpsPlace | undefined {
  if (https === undefined) return undefined;
  const { hosts, port } = https;
  const address = reachableAddress(config);
  const name = hosts.find((host) => isIP(host) === 0 && host !== 'localhost');
  return { host: name ?? hosts.find((host) => host === address), port };
}
