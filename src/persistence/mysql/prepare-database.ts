import type { Connection } from 'mysql2';
import { PersistenceError } from '../errors.ts';
import { describeMysql, type MysqlTarget } from '../mysql-url.ts';
import { migrate } from '../sql/migrate.ts';
import { select } from './connection.ts';
import type { HostRing } from './host-ring.ts';
import { mysqlKnex } from './mysql-knex.ts';
import { whyTooOld } from './server-version.ts';

/** What a server allows. */
export interface ServerLimits {
  /** The longest statement, in bytes. */
  readonly maxPacketBytes: number;
}

/** A change of a large table takes its time. */
const SILENCE_MS = 10 * 60_000;
/** How long a node waits for another one that changes the tables. */
const PATIENCE_MS = 10 * 60_000;

/**
 * Sees whether the server will do, and brings the tables up to date.
 * @throws {PersistenceError} ERR_DATABASE_SERVER when it is too old, ERR_DATABASE_BUSY when another node changes the tables for longer than
 *   ten minutes, ERR_DATABASE_NEWER, ERR_DATABASE_FOREIGN; the driver's errors as they are.
 */
export async function prepareDatabase(target: MysqlTarget, hosts: HostRing): Promise<ServerLimits> {
  const knex = mysqlKnex(target, { hosts, silenceMs: SILENCE_MS });
  try {
    const connection: Connection = await knex.client.acquireConnection();
    try {
      const limits = await readLimits(connection, target);
      await migrate(knex, { label: labelOf(target), guard: (work) => alone(connection, target, work) });
      return limits;
    } finally {
      knex.client.releaseConnection(connection);
    }
  } finally {
    await knex.destroy();
  }
}

async function readLimits(connection: Connection, target: MysqlTarget): Promise<ServerLimits> {
  const rows = await select<[string, number]>(connection, 'SELECT VERSION(), @@max_allowed_packet');
  const [version = '', maxPacketBytes = 0] = rows[0] ?? [];
  const reason = whyTooOld(version);
  if (reason !== undefined)
    throw new PersistenceError('ERR_DATABASE_SERVER', `the server of ${labelOf(target)} ${reason}`);
  return { maxPacketBytes };
}

/** Runs the work while no other node of this server does. The lock is the connection's: it ends with a node that is killed. */
async function alone(connection: Connection, target: MysqlTarget, work: () => Promise<void>): Promise<void> {
  const name = "CONCAT('seedbed ', MD5(DATABASE()))";
  const began = performance.now();
  for (;;) {
    const [row] = await select<[number | null]>(connection, `SELECT GET_LOCK(${name}, 1)`);
    if (row?.[0] === 1) break;
    if (performance.now() - began > PATIENCE_MS) {
      const message = `${labelOf(target)} is being changed by another node for ten minutes: see what that does`;
      throw new PersistenceError('ERR_DATABASE_BUSY', message);
    }
  }
  try {
    await work();
  } finally {
    await select(connection, `SELECT RELEASE_LOCK(${name})`);
  }
}

function labelOf(target: MysqlTarget): string {
  return `the database ${describeMysql(target)}`;
}
