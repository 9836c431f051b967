import { ConfigError } from '../config/setting.ts';
import type { Config } from '../config/settings.ts';

/**
 * Looks at settings that depend on one another.
 * @throws {ConfigError} that says which cannot hold together, and what to do.
 */
export function checkTogether(config: Config): void {
  const { durability, database, tlsCert, tlsKey } = config;
  if (durability === 'strict' && database === 'memory')
    throw new ConfigError(
      '--durability strict cannot be with --database memory, which keeps nothing: choose another database',
    );
  if ((tlsCert === undefined) !== (tlsKey === undefined))
    throw new ConfigError(
      `${tlsCert === undefined ? '--tls-key' : '--tls-cert'} needs ${tlsCert === undefined ? '--tls-cert' : '--tls-key'} beside it: HTTPS takes a certificate and its key`,
    );
}
