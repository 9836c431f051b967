import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import openKnex, { type Knex } from 'knex';
import { pino } from 'pino';
import { migrationNames } from '../../src/persistence/migration-source.ts';
import { mysqlConfig } from '../../src/persistence/mysql/mysql-config.ts';
import { parseMysqlUrl } from '../../src/persistence/mysql-url.ts';
import { openPersistence } from '../../src/persistence/open.ts';
import { migrate } from '../../src/persistence/sql/migrate.ts';
import { type MysqlServer, openMysql, whyNoMysql } from '../support/mariadb.ts';
import { runProcess } from '../support/processes.ts';
import { Scope } from '../support/scope.ts';
import { projectRoot } from '../support/source-tree.ts';

const logger = pino({ level: 'silent' });
const skip = whyNoMysql() ?? false;

describe('the tables in MySQL', { skip }, () => {
  const scope = new Scope();
  let server: MysqlServer;
  before(async () => {
    server = await openMysql(scope);
  });
  after(() => scope.end());

  /** Every table and view of ours as the server would make it again, without the name of the database. */
  async function schemaOf(url: string): Promise<string[]> {
    const names = await tablesOf(url);
    const texts = names.map(async (table) => {
      const [row] = await server.query(`SHOW CREATE TABLE ${table}`, url);
      return JSON.stringify(row)
        .replaceAll(new URL(url).pathname.slice(1), 'DB')
        .replace(/ AUTO_INCREMENT=\d+/, '');
    });
    return Promise.all(texts.filter((_, index) => !names[index]?.startsWith('knex_')));
  }

  async function tablesOf(url: string): Promise<string[]> {
    return (await server.query('SHOW TABLES', url)).flatMap((row) => Object.values(row) as string[]).sort();
  }

  function knexOf(t: TestContext, url: string): Knex {
    const knex = openKnex(mysqlConfig(parseMysqlUrl(url)));
    t.after(() => knex.destroy());
    return knex;
  }

  async function freshlyMade(t: TestContext): Promise<string[]> {
    const url = await server.freshDatabase(t);
    await migrate(knexOf(t, url), { label: 'it' });
    return schemaOf(url);
  }

  it('are made once by nodes that start at the same time on an empty database', async (t) => {
    const database = await server.freshDatabase(t);
    const names = ['one', 'two', 'three', 'four', 'five', 'six'];
    const opened = await Promise.all(
      names.map((nodeName) => openPersistence({ database, logger, nodeName })),
    );
    assert.equal(new Set(opened.map(({ nodeId }) => nodeId)).size, names.length);
    for (const persistence of opened) await persistence.close();
    const applied = await server.query<{ name: string }>(
      'SELECT name FROM knex_migrations ORDER BY id',
      database,
    );
    assert.deepEqual(
      applied.map(({ name }) => name),
      migrationNames,
    );
  });

  it('are made by the knex CLI as by the program, each of which knows the work of the other', async (t) => {
    const [byCli, byProgram] = [await server.freshDatabase(t), await server.freshDatabase(t)];
    const knexCli = (command: string, url: string) =>
      runProcess(process.execPath, ['node_modules/knex/bin/cli.js', command, '--knexfile', 'knexfile.ts'], {
        cwd: projectRoot,
        env: { SEEDBED_DATABASE: url },
      });
    await knexCli('migrate:latest', byCli);
    await (await openPersistence({ database: byProgram, logger })).close();
    assert.deepEqual(await schemaOf(byCli), await schemaOf(byProgram));
    await (await openPersistence({ database: byCli, logger })).close();
    assert.match((await knexCli('migrate:latest', byProgram)).stdout, /Already up to date/);
    await knexCli('migrate:rollback', byCli);
    assert.deepEqual(await tablesOf(byCli), ['knex_migrations', 'knex_migrations_lock']);
    await (await openPersistence({ database: byCli, logger })).close();
  });

  it('are complete after a node was killed in the middle of making them, wherever that was', async (t) => {
    const expected = await freshlyMade(t);
    for (let statements = 0; ; statements++) {
      const url = await server.freshDatabase(t);
      const isDone = await migrateAndDie(knexOf(t, url), statements);
      // What a living node may still be at is respected for a while; here it is known that there is none.
      await migrate(knexOf(t, url), { label: 'it', deadLockMs: 0 });
      assert.deepEqual(await schemaOf(url), expected, `killed after ${statements} statements`);
      if (isDone) break;
    }
  });

  it('are left to a node that lives: who comes later waits for it', async (t) => {
    const database = await server.freshDatabase(t);
    const knex = knexOf(t, database);
    const connection = await knex.client.acquireConnection();
    const ask = (sql: string) => connection.promise().query(sql);
    await ask("SELECT GET_LOCK(CONCAT('seedbed ', MD5(DATABASE())), 1)");
    let isOpen = false;
    const opening = openPersistence({ database, logger, nodeName: 'late' }).then((persistence) => {
      isOpen = true;
      return persistence;
    });
    await ask('SELECT SLEEP(0.5)');
    assert.equal(isOpen, false);
    assert.deepEqual(await server.query('SHOW TABLES', database), []);
    await ask("SELECT RELEASE_LOCK(CONCAT('seedbed ', MD5(DATABASE())))");
    knex.client.releaseConnection(connection);
    await (await opening).close();
  });
});

/** Migrates until so many statements have changed something; then every other fails, as if the program had died. True: it was done before. */
async function migrateAndDie(knex: Knex, statements: number): Promise<boolean> {
  const { client } = knex;
  const query = client._query;
  let left = statements;
  client._query = (connection: unknown, statement: { readonly sql: string }) => {
    if (!/^select/i.test(statement.sql) && left-- <= 0) return Promise.reject(new Error('killed'));
    return query.call(client, connection, statement);
  };
  return migrate(knex, { label: 'it' }).then(
    () => true,
    () => false,
  );
}
