import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { after, before, describe, it, type TestContext } from 'node:test';
import { pino } from 'pino';
import type { PersistenceErrorCode } from '../../src/persistence/errors.ts';
import { openPersistence } from '../../src/persistence/open.ts';
import { freePort } from '../support/free-port.ts';
import { type Mariadb, startMariadb, whyNoMariadb } from '../support/mariadb.ts';
import { runProcess, startProcess } from '../support/processes.ts';
import { Scope } from '../support/scope.ts';
import { seedbedCommand } from '../support/seedbed.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const logger = pino({ level: 'silent' });
const skip = whyNoMariadb() ?? false;

/** Opens and closes it. */
async function open(database: string): Promise<void> {
  await (await openPersistence({ database, logger, nodeName: 'one' })).close();
}

/** Expects that opening fails with this code, and returns the message, which must show no password. */
async function refusal(database: string, code: PersistenceErrorCode): Promise<string> {
  try {
    await open(database);
  } catch (error) {
    const { message } = error as Error;
    assert.equal((error as { code?: string }).code, code, message);
    assert.doesNotMatch(message, /hunter2/);
    assert.equal(
      (error as Error).cause,
      undefined,
      'a cause would carry statements with their values into the log',
    );
    return message;
  }
  throw new assert.AssertionError({ message: 'it was opened' });
}

describe('a MySQL database that cannot be used is refused at once, with what to do', { skip }, () => {
  const scope = new Scope();
  let server: Mariadb;
  before(async () => {
    server = await startMariadb(scope);
    await server.query("CREATE USER me@'127.0.0.1' IDENTIFIED BY 'hunter2'");
  });
  after(() => scope.end());

  /** The URL of a database as the user `me`, with these rights to it. */
  async function asMe(t: TestContext, rights?: string): Promise<string> {
    const url = await server.freshDatabase(t);
    const name = new URL(url).pathname.slice(1);
    if (rights !== undefined) await server.query(`GRANT ${rights} ON ${name}.* TO me@'127.0.0.1'`);
    return url.replace('root@', 'me:hunter2@');
  }

  it('with a wrong password, and as a user who does not exist', async (t) => {
    const url = await asMe(t, 'ALL');
    const address = `127.0.0.1:${server.port}`;
    for (const login of ['me:hunter22', 'me', 'nobody:hunter2']) {
      const message = await refusal(url.replace('me:hunter2', login), 'ERR_DATABASE_ACCESS');
      assert.match(
        message,
        new RegExp(
          `^the database mysql://${login.replace(/:.*/, ':[*]{3}')}@${address}/seedbed_test_\\w+ lets nobody in as`,
        ),
      );
    }
  });

  it('where there is no such database, or none for this user', async (t) => {
    const url = await asMe(t);
    assert.match(
      await refusal(`${server.adminUrl}/none`, 'ERR_DATABASE_OPEN'),
      /has no database "none": make it with CREATE DATABASE `none`/,
    );
    assert.match(
      await refusal(url, 'ERR_DATABASE_ACCESS'),
      /no rights to "seedbed_test_\w+".*GRANT ALL ON `seedbed_test_\w+`\.\* TO 'me'/,
    );
  });

  it('where the host is unknown, nobody listens, or somebody who speaks no MySQL', async (t) => {
    const talker = createServer((socket) =>
      socket.on('error', () => {}).end('HTTP/1.1 400 Bad Request\r\n\r\n'),
    );
    t.after(() => talker.close());
    await once(talker.listen(0, '127.0.0.1'), 'listening');
    const address = talker.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    assert.match(
      await refusal('mysql://me:hunter2@nowhere.invalid/a', 'ERR_DATABASE_AWAY'),
      /its host is unknown/,
    );
    assert.match(
      await refusal(`mysql://me:hunter2@127.0.0.1:${await freePort()}/a`, 'ERR_DATABASE_AWAY'),
      /nobody answers there \(ECONNREFUSED\)/,
    );
    assert.match(
      await refusal('mysql://me:hunter2@/a?socket=/tmp/no/such.sock', 'ERR_DATABASE_AWAY'),
      /nobody answers there \(ENOENT\)/,
    );
    assert.match(
      await refusal(`mysql://me:hunter2@127.0.0.1:${port}/a`, 'ERR_DATABASE_AWAY'),
      /has closed the connection/,
    );
  });

  it('where a server accepts and says nothing: after five seconds', async (t) => {
    const silent = createServer(() => {});
    t.after(() => silent.close());
    const sockets = new Set<import('node:net').Socket>();
    silent.on('connection', (socket) => sockets.add(socket));
    t.after(() => {
      for (const socket of sockets) socket.destroy();
    });
    await once(silent.listen(0, '127.0.0.1'), 'listening');
    const address = silent.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    assert.match(
      await refusal(`mysql://me:hunter2@127.0.0.1:${port}/a`, 'ERR_DATABASE_AWAY'),
      /gives no answer/,
    );
  });

  it('where another program has its tables, which stay as they are', async (t) => {
    const url = await server.freshDatabase(t);
    await server.query('CREATE TABLE torrents (id INTEGER)', url);
    assert.match(await refusal(url, 'ERR_DATABASE_FOREIGN'), /holds the tables of another program/);
    assert.deepEqual(
      (await server.query('SHOW TABLES', url)).flatMap((row) => Object.values(row)),
      ['torrents'],
    );
  });

  it('where a newer version of ours was', async (t) => {
    const url = await server.freshDatabase(t);
    await open(url);
    await server.query(
      "INSERT INTO knex_migrations (name, batch, migration_time) VALUES ('9999_future', 2, NOW())",
      url,
    );
    assert.match(
      await refusal(url, 'ERR_DATABASE_NEWER'),
      /newer version of this program \(migration "9999_future"\): update the program/,
    );
  });

  it('where the user may not make tables', async (t) => {
    const url = await asMe(t, 'SELECT, INSERT, UPDATE, DELETE');
    assert.match(
      await refusal(url, 'ERR_DATABASE_ACCESS'),
      /refuses the user "me" a right \(CREATE command denied.*GRANT ALL ON/,
    );
    assert.deepEqual(await server.query('SHOW TABLES', url.replace('me:hunter2', 'root')), []);
  });

  it('where the user may make tables and no views; with the right, the next start succeeds at once', async (t) => {
    const url = await asMe(t, 'SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, DROP, INDEX');
    assert.match(await refusal(url, 'ERR_DATABASE_ACCESS'), /CREATE VIEW command denied/);
    await server.query(`GRANT CREATE VIEW ON ${new URL(url).pathname.slice(1)}.* TO me@'127.0.0.1'`);
    await open(url);
  });

  it('by the command, with the exit code: 2 for a name that is none, 1 for a database that cannot be used', async (t) => {
    const folder = await makeTempFolder(t);
    const url = await asMe(t);
    for (const [database, code, complaint] of [
      [
        'mysql://me:hunter2@127.0.0.1',
        2,
        /--database: "mysql:\/\/me:\*\*\*@127\.0\.0\.1" names no MySQL database/,
      ],
      [
        url,
        1,
        /^seedbed: the database mysql:\/\/me:\*\*\*@127\.0\.0\.1:\d+\/seedbed_test_\w+ gives the user/m,
      ],
    ] as const) {
      const [program = '', ...args] = seedbedCommand(['serve', '--data-dir', folder, '--database', database]);
      const child = startProcess(t, program, args, { name: 'seedbed' });
      assert.equal((await child.waitForExit()).code, code, child.stderr);
      assert.match(child.stderr, complaint);
      assert.doesNotMatch(child.stdout + child.stderr, /hunter2/);
    }
    const [program = '', ...args] = seedbedCommand([
      'serve',
      '--database',
      'mysql://me:hunter2@h/a',
      '--print-config',
    ]);
    const { stdout } = await runProcess(program, args);
    assert.match(stdout, /^database = "mysql:\/\/me:\*\*\*@h\/a" +# flag$/m);
  });
});

describe('a MySQL server', { skip }, () => {
  it('that is too old is refused', async (t) => {
    // mariadbd calls itself what it is told to.
    const server = await startMariadb(t, { args: ['--version=10.5.29-MariaDB'] });
    const url = await server.freshDatabase(t);
    assert.match(
      await refusal(url, 'ERR_DATABASE_SERVER'),
      /is MariaDB 10\.5, which is too old: MariaDB 10\.6 or later is needed/,
    );
    assert.deepEqual(await server.query('SHOW TABLES', url), []);
  });

  it('that is read-only is refused', async (t) => {
    const server = await startMariadb(t, { args: ['--read-only'] });
    await server.query("GRANT ALL ON a.* TO me@'127.0.0.1' IDENTIFIED BY 'hunter2'");
    await server.query('CREATE DATABASE a');
    assert.match(
      await refusal(`mysql://me:hunter2@127.0.0.1:${server.port}/a`, 'ERR_DATABASE_READ_ONLY'),
      /takes no writes: it is read-only/,
    );
  });
});
