import openKnex, { type Knex } from 'knex';
import type { Connection, ConnectionOptions } from 'mysql2';
import type { MysqlTarget } from '../mysql-url.ts';
import { type MysqlConfigOptions, mysqlConfig } from './mysql-config.ts';

/** The part of mysql2 that knex makes connections with. */
interface Driver {
  createConnection(options: ConnectionOptions): Connection;
}

/**
 * Opens a pool of connections; the caller destroys it.
 *
 * Knex takes its listeners away from a connection that it lets go, which may fail once more after that: a server that hangs does not
 * hear the farewell. An error that nobody listens to would end the program, so a listener of ours stays.
 * @throws {PersistenceError} as {@link mysqlConfig} does.
 */
export function mysqlKnex(target: MysqlTarget, options: MysqlConfigOptions = {}): Knex {
  const knex = openKnex(mysqlConfig(target, options));
  const driver: Driver = knex.client.driver;
  knex.client.driver = Object.assign(Object.create(driver), {
    createConnection: (settings: ConnectionOptions) => keepListening(driver.createConnection(settings)),
  });
  return knex;
}

function keepListening(connection: Connection): Connection {
  const removeAll = connection.removeAllListeners.bind(connection);
  connection.removeAllListeners = (event) => {
    removeAll(event);
    return connection.on('error', ignore);
  };
  return connection;
}

function ignore(): void {} // whoever waited for the connection has been told
