import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { openMysql, startMariadb, whyNoMariadb, whyNoMysql } from '../support/mariadb.ts';
import { Scope } from '../support/scope.ts';

test('a server for tests gives databases that are empty and apart from one another', {
  skip: whyNoMysql() ?? false,
}, async (t) => {
  const server = await openMysql(t);
  const [one, two] = [await server.freshDatabase(t), await server.freshDatabase(t)];
  await server.query('CREATE TABLE a (id INTEGER)', one);
  assert.deepEqual(await server.query('SHOW TABLES', two), []);
});

test('a private server keeps its data over a stop, a freeze and a crash, and leaves nothing behind', {
  skip: whyNoMariadb() ?? false,
}, async () => {
  const scope = new Scope();
  const server = await startMariadb(scope);
  try {
    const database = await server.freshDatabase(scope);
    await server.query('CREATE TABLE a (id INTEGER PRIMARY KEY)', database);
    await server.query('INSERT INTO a VALUES (1)', database);
    await server.stop();
    await assert.rejects(server.query('SELECT 1'), { code: 'ECONNREFUSED' });
    await server.start();
    await server.freeze();
    await server.stop();
    await server.start();
    server.kill('SIGKILL');
    await server.process.exited;
    await server.start();
    assert.deepEqual(await server.query<{ id: number }>('SELECT id FROM a', database), [{ id: 1 }]);
  } finally {
    await scope.end();
  }
  assert.equal(existsSync(server.folder), false);
  assert.notEqual(server.process.status, undefined);
});
