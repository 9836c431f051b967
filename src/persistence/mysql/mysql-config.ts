import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { Knex } from 'knex';
import type { Connection } from 'mysql2';
import { PersistenceError } from '../errors.ts';
import { migrationSource } from '../migration-source.ts';
import { describeMysql, type MysqlTarget } from '../mysql-url.ts';
import { HostRing } from './host-ring.ts';
import { openSocket } from './socket.ts';

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
  /** A connection over which nothing came for so long is given up; an hour, without it. */
  readonly silenceMs?: number;
  /** How long a server may take to accept a connection; five seconds, without it. */
  readonly connectTimeoutMs?: number;
  /** Told of each new socket, from before it is connected. */
  readonly onSocket?: (socket: Socket) => void;
}

/** An idle connection is ended with a farewell after this: sooner than silence cuts it off, which servers write into their logs. */
const IDLE_MS = 5_000;
const LONG_SILENCE_MS = 3_600_000;

/**
 * Knex's configuration for a MySQL database: shared by the program and knexfile.ts.
 * @throws {PersistenceError} ERR_DATABASE_OPEN when the file of certificates cannot be read.
 */
export function mysqlConfig(target: MysqlTarget, options: MysqlConfigOptions = {}): Knex.Config {
  const { hosts = new HostRing(target.hosts), silenceMs = LONG_SILENCE_MS, onSocket } = options;
  const settings = {
    ...connectionSettings(target),
    connectTimeout: options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
  };
  return {
    client: 'mysql2',
    // Asked again when the ring has gone on: connections to the server that failed are then dropped.
    connection: () => {
      const { current } = hosts;
      const stream = (): Socket => {
        const socket = openSocket(target, current, silenceMs);
        onSocket?.(socket);
        return socket;
      };
      return { ...settings, ...current, stream, expirationChecker: () => hosts.current !== current };
    },
    compileSqlOnError: false, // the values of a failed statement may be secrets, and errors are logged
    log: { warn: silent, error: silent, debug: silent, deprecate: silent },
    // MySQL commits each statement that changes the schema by itself. src/persistence/sql/migrate.ts tells what follows from it.
    migrations: { migrationSource, disableTransactions: true },
    acquireConnectionTimeout: ACQUIRE_TIMEOUT_MS,
    pool: {
      min: 0,
      idleTimeoutMillis: IDLE_MS,
      max: target.connections,
      validate: ({ config }: Connection) =>
        config.host === hosts.current.host && config.port === hosts.current.port,
      afterCreate(connection: Connection, done: (error: Error | null, connection: Connection) => void) {
        prepareConnection(connection, (error) => done(error, connection));
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
    ...(target.tls !== 'off' && { ssl: tlsSettings(target) }),
  };
}

function tlsSettings(target: MysqlTarget) {
  const isChecked = target.tls === 'verify';
  return {
    rejectUnauthorized: isChecked,
    verifyIdentity: isChecked,
    ...(target.caFile !== undefined && { ca: readCertificates(target, target.caFile) }),
  };
}

function readCertificates(target: MysqlTarget, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `the certificates for the database ${describeMysql(target)} cannot be read: ${reason}`;
    throw new PersistenceError('ERR_DATABASE_OPEN', message);
  }
}

/** Whatever the server's own settings are, a session of ours behaves the same. */
function prepareConnection(connection: Connection, done: (error: Error | null) => void): void {
  // The SQL mode also switches off NO_BACKSLASH_ESCAPES, with which the driver's way of quoting would be unsafe.
  const variables = `SET SESSION autocommit = 1, time_zone = '+00:00', innodb_lock_wait_timeout = ${LOCK_WAIT_SECONDS},
    sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'`;
  connection.query(variables, (error) => {
    if (error !== null) return done(error);
    // Without locks on the gaps between rows, nodes that write at the same time rarely meet.
    connection.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED', (failure) => done(failure));
  });
}
