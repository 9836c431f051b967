import type { Socket } from 'node:net';
import type { Knex } from 'knex';
import type { Connection } from 'mysql2';
import { PersistenceError } from '../errors.ts';
import { describeMysql, type MysqlTarget } from '../mysql-url.ts';
import type { WriteOptions } from '../sql/sql-queries.ts';
import type { HostRing } from './host-ring.ts';
import type { MysqlConfigOptions } from './mysql-config.ts';
import { toPersistenceError } from './mysql-errors.ts';
import { mysqlKnex } from './mysql-knex.ts';
import { type FailureKind, isUnreachable, withRetry } from './retry.ts';

/** A server that hangs is given up after this; nothing that we ask takes nearly as long. */
const SILENCE_MS = 10_000;
/** How long close() waits for calls under way before it cuts them off. */
const CLOSE_DEADLINE_MS = 2_000;
/** The same for the farewells of idle connections. */
const POOL_DEADLINE_MS = 1_000;
/** Writes that may wait for one another. */
const MOST_WAITING_WRITES = 10_000;

/**
 * Runs work on a MySQL database: writes one after another in the order of the calls, reads beside them; each again where
 * that is harmless and may help. What it throws is a {@link PersistenceError}.
 */
export class MysqlRunner {
  readonly #target: MysqlTarget;
  readonly #hosts: HostRing;
  readonly #knex: Knex;
  readonly #sockets = new Set<Socket>();
  readonly #underWay = new Set<Promise<unknown>>();
  #lastWrite: Promise<unknown> = Promise.resolve();
  #waitingWrites = 0;
  /** Writes that found no server, and why the last one did not. */
  #unreachable = { times: 0, error: undefined as unknown };
  #closing: Promise<void> | undefined;
  /** Work under way was cut off. */
  #isCut = false;

  /** `connectTimeoutMs`: how long a server may take to accept a connection. */
  constructor(
    target: MysqlTarget,
    hosts: HostRing,
    options: Pick<MysqlConfigOptions, 'connectTimeoutMs'> = {},
  ) {
    this.#target = target;
    this.#hosts = hosts;
    const onSocket = (socket: Socket): void => this.#remember(socket);
    this.#knex = mysqlKnex(target, { ...options, hosts, silenceMs: SILENCE_MS, onSocket });
  }

  /** Runs queries that change nothing. */
  read<Result>(work: (knex: Knex) => Promise<Result>): Promise<Result> {
    return this.#begin(() => this.#attempt(() => work(this.#knex), true));
  }

  /** Runs queries that change nothing on one connection, without knex. */
  readFrom<Result>(work: (connection: Connection) => Promise<Result>): Promise<Result> {
    return this.#begin(() => this.#attempt(() => this.#withConnection(work), true));
  }

  /** Runs statements in one transaction, after the writes that were called before. */
  write<Result>(work: (trx: Knex) => Promise<Result>, options: WriteOptions = {}): Promise<Result> {
    return this.#enqueue(() => this.#transaction(work), options);
  }

  /** Runs statements on one connection, without knex and without a transaction of ours, after the writes called before. */
  writeTo<Result>(work: (connection: Connection) => Promise<Result>): Promise<Result> {
    return this.#enqueue(() => this.#withConnection(work), {});
  }

  /** Waits for the work under way, for two seconds at most, and closes all connections. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  #enqueue<Result>(work: () => Promise<Result>, { isRepeatable = true }: WriteOptions): Promise<Result> {
    return this.#begin(() => {
      if (this.#waitingWrites >= MOST_WAITING_WRITES)
        return Promise.reject(this.#error('ERR_DATABASE_BUSY', 'falls behind: too many writes wait'));
      this.#waitingWrites++;
      const { times } = this.#unreachable;
      // Whoever waited while another write looked for a server in vain is told the same, and does not look as long again.
      const attempt = () =>
        this.#unreachable.times === times
          ? this.#attempt(work, isRepeatable, (error) => this.#noteUnreachable(error))
          : Promise.reject(this.#unreachable.error);
      const result = this.#lastWrite.then(attempt, attempt).finally(() => {
        this.#waitingWrites--;
      });
      this.#lastWrite = result.catch(() => {}); // whoever asked for it is told
      return result;
    });
  }

  #begin<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#closing !== undefined) return Promise.reject(this.#error('ERR_DATABASE_CLOSED', 'is not open'));
    const running = work();
    const watched: Promise<void> = running.then(
      () => this.#settled(watched),
      () => this.#settled(watched), // whoever called is told
    );
    this.#underWay.add(watched);
    return running;
  }

  #noteUnreachable(error: PersistenceError): void {
    this.#unreachable = { times: this.#unreachable.times + 1, error };
  }

  #settled(watched: Promise<void>): void {
    this.#underWay.delete(watched);
  }

  /** `onUnreachable` is told when no server answered. */
  async #attempt<Result>(
    work: () => Promise<Result>,
    isRepeatable: boolean,
    onUnreachable: (error: PersistenceError) => void = () => {},
  ): Promise<Result> {
    let host = this.#hosts.current;
    const begin = () => {
      if (this.#isCut) throw this.#error('ERR_DATABASE_CLOSED', 'was closed before it answered');
      host = this.#hosts.current;
      return work();
    };
    const onFailure = (kind: FailureKind) => {
      if (kind !== 'undone' && kind !== 'final') this.#hosts.leave(host);
    };
    try {
      return await withRetry(begin, { isRepeatable, servers: this.#hosts.size, onFailure });
    } catch (error) {
      if (this.#isCut) throw this.#error('ERR_DATABASE_CLOSED', 'was closed before it answered');
      const told = toPersistenceError(error, this.#target);
      if (isUnreachable(error)) onUnreachable(told);
      throw told;
    }
  }

  /** When the connection is lost, knex tells of the rollback that failed, and not of what went before. */
  async #transaction<Result>(work: (trx: Knex) => Promise<Result>): Promise<Result> {
    let failure: unknown;
    const remembering = async (trx: Knex): Promise<Result> => {
      try {
        return await work(trx);
      } catch (error) {
        failure = error;
        throw error;
      }
    };
    return this.#knex.transaction(remembering).catch((error: unknown) => {
      throw failure ?? error;
    });
  }

  async #withConnection<Result>(work: (connection: Connection) => Promise<Result>): Promise<Result> {
    const connection: Connection = await this.#knex.client.acquireConnection();
    try {
      return await work(connection);
    } finally {
      this.#knex.client.releaseConnection(connection); // the pool looks whether it is still good
    }
  }

  #remember(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  }

  async #end(): Promise<void> {
    await within(CLOSE_DEADLINE_MS, Promise.all(this.#underWay));
    this.#isCut = this.#underWay.size > 0;
    if (this.#isCut) for (const socket of this.#sockets) socket.destroy(new Error('closed'));
    await within(POOL_DEADLINE_MS, this.#knex.destroy());
    for (const socket of this.#sockets) socket.destroy();
  }

  #error(code: 'ERR_DATABASE_BUSY' | 'ERR_DATABASE_CLOSED', text: string): PersistenceError {
    return new PersistenceError(code, `the database ${describeMysql(this.#target)} ${text}`);
  }
}

/** Resolves when the work is done, or after so long. */
async function within(deadlineMs: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, deadlineMs);
  });
  await Promise.race([work, tooLate]);
  clearTimeout(timer);
}
