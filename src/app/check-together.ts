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
  checkIntervals(config);
  checkPorts(config);
}

/** A minimum above the interval is no contradiction: a shorter interval is kept to. */
function checkIntervals({ minInterval, interval, maxInterval }: Config): void {
  const [flag, value] =
    minInterval > maxInterval ? ['--min-interval', minInterval] : ['--interval', interval];
  if (value > maxInterval)
    throw new ConfigError(
      `${flag} ${value} cannot be with --max-interval ${maxInterval}, which no interval exceeds: lower the first or raise the second`,
    );
}

/** Each of our TCP ports has a number of its own; 0 takes a free one. UDP may have the number of any. */
function checkPorts({ httpPort, httpsPort, peerPort, tlsCert }: Config): void {
  const ports: (readonly [flag: string, port: number])[] = [
    ['--http-port', httpPort],
    ...(tlsCert === undefined ? [] : ([['--https-port', httpsPort]] as const)),
    ['--peer-port', peerPort],
  ];
  for (const [at, [flag, port]] of ports.entries()) {
    const [other] = ports.slice(0, at).find(([, taken]) => taken === port && port !== 0) ?? [];
    if (other !== undefined)
      throw new ConfigError(`${other} and ${flag} are both ${port}: give each a port of its own`);
  }
}
