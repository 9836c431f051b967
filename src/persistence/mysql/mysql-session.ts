import type { Knex } from 'knex';
import type { Connection } from 'mysql2';
import { PersistenceError } from '../errors.ts';
import { describeMysql, type MysqlTarget } from '../mysql-url.ts';
import { enlistNode } from '../sql/node-table.ts';
import type { SqlQueries, WriteOptions } from '../sql/sql-queries.ts';
import { HostRing } from './host-ring.ts';
import { toPersistenceError } from './mysql-errors.ts';
import { MysqlRunner } from './mysql-runner.ts';
import { prepareDatabase, type ServerLimits } from './prepare-database.ts';
import { withRetry } from './retry.ts';

/** Which database, and as whom. */
export interface MysqlOptions {
  readonly target: MysqlTarget;
  /** The name under which this program is enlisted. */
  readonly nodeName: string;
}

/** A database that is opened, used and closed, perhaps again. Before and after, every call fails with ERR_DATABASE_CLOSED. */
export class MysqlSession implements SqlQueries {
  readonly #target: MysqlTarget;
  readonly #nodeName: string;
  #runner: MysqlRunner | undefined;
  #opening: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  #nodeId = 0;
  #limits: ServerLimits = { maxPacketBytes: 0 };

  constructor({ target, nodeName }: MysqlOptions) {
    this.#target = target;
    this.#nodeName = nodeName;
  }

  get nodeId(): number {
    return this.#nodeId;
  }

  /** The name under which this program is enlisted. */
  get nodeName(): string {
    return this.#nodeName;
  }

  /** What the server allows; known once it is open. */
  get limits(): ServerLimits {
    return this.#limits;
  }

  /** Connects, brings the tables up to date and enlists the node. Does nothing when it is open. */
  open(): Promise<void> {
    this.#opening ??= this.#open().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  /** Waits for the calls under way, for a while, then lets go of everything. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  read<Result>(work: (knex: Knex) => Promise<Result>): Promise<Result> {
    return this.#call((runner) => runner.read(work));
  }

  write<Result>(work: (trx: Knex) => Promise<Result>, options?: WriteOptions): Promise<Result> {
    return this.#call((runner) => runner.write(work, options));
  }

  /** Runs queries that change nothing on one connection, without knex. */
  readFrom<Result>(work: (connection: Connection) => Promise<Result>): Promise<Result> {
    return this.#call((runner) => runner.readFrom(work));
  }

  /** Runs statements on one connection, without knex and without a transaction of ours. */
  writeTo<Result>(work: (connection: Connection) => Promise<Result>): Promise<Result> {
    return this.#call((runner) => runner.writeTo(work));
  }

  /**
   * Refuses what does not fit a statement. The server would end the connection, often before its reason has come through.
   * @throws {PersistenceError} ERR_DATABASE
   */
  checkSize(what: string, bytes: number): void {
    const { maxPacketBytes } = this.#limits;
    if (maxPacketBytes === 0 || bytes <= maxPacketBytes) return;
    const message = `the database ${describeMysql(this.#target)} takes ${what} not whole: raise its max_allowed_packet, which is ${maxPacketBytes} bytes, to ${bytes} or more`;
    throw new PersistenceError('ERR_DATABASE', message);
  }

  // Async, so that a database that is not open is a rejection; but without an await before the runner has the call: calls
  // and the close after them reach it in their order.
  async #call<Result>(work: (runner: MysqlRunner) => Promise<Result>): Promise<Result> {
    if (this.#runner !== undefined) return work(this.#runner);
    const message = `the database ${describeMysql(this.#target)} is not open`;
    throw new PersistenceError('ERR_DATABASE_CLOSED', message);
  }

  async #open(): Promise<void> {
    this.#closing = undefined;
    const hosts = new HostRing(this.#target.hosts);
    this.#limits = await this.#prepare(hosts);
    const runner = new MysqlRunner(this.#target, hosts);
    try {
      this.#nodeId = await runner.write((trx) => enlistNode(trx, this.#nodeName));
    } catch (error) {
      await runner.close();
      throw error;
    }
    this.#runner = runner;
  }

  async #prepare(hosts: HostRing): Promise<ServerLimits> {
    try {
      return await withRetry(() => prepareDatabase(this.#target, hosts), {
        isRepeatable: true,
        servers: hosts.size,
        onFailure: () => hosts.leave(hosts.current),
      });
    } catch (error) {
      throw toPersistenceError(error, this.#target);
    }
  }

  async #close(): Promise<void> {
    await this.#opening?.catch(() => {}); // whoever began it is told
    this.#opening = undefined;
    const runner = this.#runner;
    this.#runner = undefined;
    await runner?.close();
  }
}
