import { resolve } from 'node:path';
import { ConfigError } from '../config/setting.ts';
import type { Config } from '../config/settings.ts';
import { placesMeet } from '../seeder/torrents/places.ts';

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
  checkWatch(config);
  checkIntervals(config);
  checkPorts(config);
}

/** Torrents need a place for their files, and a folder cannot be watched for both. */
function checkWatch({ watch, watchTorrents, watchTarget }: Config): void {
  if ((watchTorrents === undefined) !== (watchTarget === undefined))
    throw new ConfigError(
      `${watchTarget === undefined ? '--watch-torrents' : '--watch-target'} needs ${watchTarget === undefined ? '--watch-target' : '--watch-torrents'} beside it: the folder that is watched, and the one for the files`,
    );
  if (
    watchTorrents !== undefined &&
    watch.some((folder) => placesMeet(resolve(folder), resolve(watchTorrents)))
  )
    throw new ConfigError(
      `--watch and --watch-torrents are both ${watchTorrents}, or one lies in the other: give each a folder of its own`,
    );
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
