import { readFileSync } from 'node:fs';
import type { Knex } from 'knex';
import type { Connection } from 'mysql2';
import { migrationSource } from '../migration-source.ts';
import type { MysqlTarget } from '../mysql-url.ts';
import { HostRing } from './host-ring.ts';

/** How long a server may take to accept a connection. */
const CONNECT_TIMEOUT_MS = 5_000;
/** How long a call waits for a connection of the pool. */
const ACQUIRE_TIMEOUT_MS = 10_000;
/** How long a transaction waits for a row that another one holds: longer than any of ours lasts. */
const LOCK_WAIT_SECONDS = 5;

/** What a pool of connections may be told. */
export interface MysqlConfigOptions {
  /** Which server of the target is used; the first, without it. */
  readonly hosts?: HostRing;
  /** A connection over which nothing came for so long is given up: the server hangs, or nobody needs it. Never, without it. */
  readonly silenceMs?: number;
  /** Told of each new connection. */
  readonly onConnection?: (connection: Connection) => void;
}

/**
 * Knex's configuration for a MySQL database: shared by the program and knexfile.ts.
 * @throws {Error} when the file of certificates cannot be read.
 */
export function mysqlConfig(target: MysqlTarget, options: MysqlConfigOptions = {}): Knex.Config {
  const { hosts = new HostRing(target.hosts), silenceMs, onConnection } = options;
  const settings = connectionSettings(target);
  return {
    client: 'mysql2',
    // Asked again when the ring has gone on: connections to the server that failed are then dropped.
    connection: () => {
      const { current } = hosts;
      const where = target.socketPath === undefined ? current : { socketPath: target.socketPath };
      return { ...settings, ...where, expirationChecker: () => hosts.current !== current };
    },
    compileSqlOnError: false, // the values of a failed statement may be secrets, and errors are logged
    log: { warn: silent, error: silent, debug: silent, deprecate: silent },
    // MySQL commits each statement that changes the schema by itself. src/persistence/sql/migrate.ts tells what follows from it.
    migrations: { migrationSource, disableTransactions: true },
    acquireConnectionTimeout: ACQUIRE_TIMEOUT_MS,
    pool: {
      min: 0,
      max: target.connections,
      validate: ({ config }: Connection) =>
        target.socketPath !== undefined ||
        (config.host === hosts.current.host && config.port === hosts.current.port),
      afterCreate(connection: Connection, done: (error: Error | null, connection: Connection) => void) {
        onConnection?.(connection);
        prepareConnection(connection, (error) => {
          if (silenceMs !== undefined) dropWhenSilent(connection, silenceMs);
          done(error, connection);
        });
      },
    },
  };
}

// Knex would print to the console what it also throws; whoever called logs it once.
function silent(): void {}

function connectionSettings(target: MysqlTarget): Knex.MySql2ConnectionConfig {
  const { user, password, database } = target;
  return {
    user,
    password,
    database,
    charset: 'utf8mb4',
    timezone: 'Z',
    supportBigNumbers: true, // 64-bit numbers as numbers where they are exact: all of ours are
    decimalNumbers: true, // sums
    connectTimeout: CONNECT_TIMEOUT_MS,
    ...(target.tls !== 'off' && { ssl: tlsSettings(target) }),
  };
}

function tlsSettings({ tls, caFile }: MysqlTarget) {
  const isChecked = tls === 'verify';
  return {
    rejectUnauthorized: isChecked,
    verifyIdentity: isChecked,
    ...(caFile !== undefined && { ca: readFileSync(caFile, 'utf8') }),
  };
}

/** Whatever the server's own settings are, a session of ours behaves the same. */
function prepareConnection(connection: Connection, done: (error: Error | null) => void): void {
  // The SQL mode also switches off NO_BACKSLASH_ESCAPES, with which the driver's way of quoting would be unsafe.
  const variables = `SET SESSION time_zone = '+00:00', innodb_lock_wait_timeout = ${LOCK_WAIT_SECONDS},
    sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'`;
  connection.query(variables, (error) => {
    if (error !== null) return done(error);
    // Without locks on the gaps between rows, nodes that write at the same time rarely meet.
    connection.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED', (failure) => done(failure));
  });
}

function dropWhenSilent(connection: Connection, silenceMs: number): void {
  const { stream } = connection as unknown as { readonly stream: import('node:net').Socket }; // not among its types
  stream.setTimeout(silenceMs, () => {
    const error = Object.assign(new Error(`no answer within ${silenceMs / 1_000} s`), { code: 'ETIMEDOUT' });
    stream.destroy(error);
  });
}
