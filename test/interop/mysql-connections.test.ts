import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createConnection } from 'mysql2/promise';
import { pino } from 'pino';
import { batchOf, linesOf, sampleTorrent } from '../../src/persistence/conformance/harness.ts';
import { execute } from '../../src/persistence/mysql/connection.ts';
import { HostRing } from '../../src/persistence/mysql/host-ring.ts';
import { mysqlKnex } from '../../src/persistence/mysql/mysql-knex.ts';
import { MysqlRunner } from '../../src/persistence/mysql/mysql-runner.ts';
import { parseMysqlUrl } from '../../src/persistence/mysql-url.ts';
import { openPersistence } from '../../src/persistence/open.ts';
import type { Persistence } from '../../src/persistence/persistence.ts';
import { insertTraffic } from '../../src/persistence/sql/traffic-table.ts';
import type { TrafficRow } from '../../src/persistence/traffic-store.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { type Mariadb, startMariadb, whyNoMariadb } from '../support/mariadb.ts';
import { runProcess } from '../support/processes.ts';
import { type CleanupOwner, cleanup, Scope } from '../support/scope.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { requireTool } from '../support/tools.ts';

const logger = pino({ level: 'silent' });
const skip = whyNoMariadb() ?? false;

async function open(owner: CleanupOwner, database: string, nodeName = 'one'): Promise<Persistence> {
  const persistence = await openPersistence({ database, logger, nodeName });
  cleanup(owner, () => persistence.close());
  return persistence;
}

function trafficOf(userId: number, uploadedBytes: number): TrafficRow {
  const nothing = { downloadedBytes: 0, creditedUpBytes: 0, creditedDownBytes: 0, suspiciousBytes: 0 };
  const times = { seedingSeconds: 0, leechingSeconds: 0, completedAtSeconds: null, lastSeenSeconds: 1 };
  return { userId, infoHash: new Uint8Array(20), uploadedBytes, ...nothing, ...times };
}

describe('connections to MySQL', { skip }, () => {
  const scope = new Scope();
  let server: Mariadb;
  before(async () => {
    server = await startMariadb(scope);
  });
  after(() => scope.end());

  it('go over a Unix socket', async (t) => {
    const url = await server.freshDatabase(t);
    const persistence = await open(
      t,
      `mysql://root@/${new URL(url).pathname.slice(1)}?socket=${server.socketPath}`,
    );
    assert.equal(persistence.nodeId, 1);
  });

  it('go to the next host where the first one is down, and two nodes on either agree', async (t) => {
    const url = await server.freshDatabase(t);
    const several = url.replace('127.0.0.1', `127.0.0.1:${await freePort()},localhost:1,127.0.0.1`);
    const [one, two] = [await open(t, several), await open(t, url, 'two')];
    await one.savePeers(batchOf({}));
    const { peers } = await two.changesSince(0, two.nodeId, 10);
    assert.deepEqual(await linesOf([peers]), await linesOf([batchOf({})]));
  });

  it('that the server has cut are replaced, and nobody notices', async (t) => {
    const url = await server.freshDatabase(t);
    const persistence = await open(t, url);
    for (let round = 1; round <= 5; round++) {
      await cutConnections(server, url);
      await persistence.savePeers(batchOf({ port: round }));
      await cutConnections(server, url);
      assert.equal(await persistence.lastSequence(), round);
    }
  });

  it('that are cut under load lose nothing that was promised, and write nothing twice', async (t) => {
    const url = await server.freshDatabase(t);
    const persistence = await open(t, url);
    let [isCutting, cuts] = [true, 0];
    const cutting = (async () => {
      for (; isCutting; cuts++) await cutConnections(server, url);
    })();
    const rounds = 60;
    for (let round = 1; round <= rounds; round++) {
      // Somebody who cuts without pause may be quicker than every attempt: the caller then tries again, as write-behind does.
      await eventually('a batch to be written', () =>
        persistence.savePeers(batchOf({ port: round }, { port: 1_000 + round })).then(
          () => true,
          (error: unknown) => {
            assert.equal((error as { code?: string }).code, 'ERR_DATABASE_AWAY', String(error));
            return false;
          },
        ),
      );
    }
    isCutting = false;
    await cutting;
    const expected = Array.from({ length: rounds }, (_, i) => [{ port: 1 + i }, { port: 1_001 + i }]).flat();
    assert.deepEqual(await linesOf(persistence.loadPeers(0)), await linesOf([batchOf(...expected)]));
    assert.ok(cuts > 0);
  });

  it('that lose a deadlock are tried again, and the batch is written', async (t) => {
    const url = await server.freshDatabase(t);
    const persistence = await open(t, url);
    await persistence.savePeers(batchOf({}));
    const other = await createConnection(url);
    cleanup(t, () => other.destroy()); // before the database is dropped, which waits for its transaction
    await other.query('CREATE TABLE heavy (id INTEGER)');
    await other.query('BEGIN');
    await other.query('INSERT INTO heavy SELECT seq FROM seq_1_to_5000'); // so that the other one is the victim
    await other.query('UPDATE peers SET uploaded_bytes = 9');
    const saving = persistence.savePeers(batchOf({ left: 7 }, { port: 2 }));
    // It holds the row of the sequences, and waits for that of the peer.
    await eventually('the batch to wait for a row', async () => {
      // Not information_schema.innodb_trx: it shows what it showed before, while it is asked more than ten times a second.
      const [engine] = await server.query<{ Status: string }>('SHOW ENGINE INNODB STATUS');
      return engine?.Status.includes('LOCK WAIT') === true;
    });
    await other.query("UPDATE sequences SET value = value + 10 WHERE name = 'peers'");
    await other.query('COMMIT');
    await saving;
    assert.deepEqual(
      await linesOf(persistence.loadPeers(0)),
      await linesOf([batchOf({ left: 7 }, { port: 2 })]),
    );
    assert.equal(await persistence.lastSequence(), 1 + 10 + 2);
  });

  it('end when the program closes them, also while the server gives no answer', async (t) => {
    const frozen = await startMariadb(t);
    const persistence = await open(t, await frozen.freshDatabase(t));
    await persistence.savePeers(batchOf({}));
    await frozen.freeze();
    const saving = assert.rejects(persistence.savePeers(batchOf({ port: 2 })), {
      code: 'ERR_DATABASE_CLOSED',
    });
    const reading = assert.rejects(persistence.loadTorrents(), { code: 'ERR_DATABASE_CLOSED' });
    await persistence.close();
    await Promise.all([saving, reading]);
    frozen.kill('SIGCONT');
    await assert.rejects(persistence.lastSequence(), { code: 'ERR_DATABASE_CLOSED' });
  });

  it('are given up when the server hangs, and made anew when it goes on', async (t) => {
    const frozen = await startMariadb(t);
    const persistence = await open(t, await frozen.freshDatabase(t));
    await persistence.savePeers(batchOf({}));
    await frozen.freeze();
    await assert.rejects(persistence.savePeers(batchOf({ port: 2 })), {
      code: 'ERR_DATABASE_AWAY',
      message: /gives no answer/,
    });
    frozen.kill('SIGCONT');
    await persistence.savePeers(batchOf({ port: 3 }));
    // The batch that got no answer was never committed.
    const expected = await linesOf([batchOf({}, { port: 3 })]);
    assert.deepEqual(await linesOf(persistence.loadPeers(0)), expected);
  });

  it('may fail once more after they were let go: that ends no program', async (t) => {
    const frozen = await startMariadb(t);
    const target = parseMysqlUrl(await frozen.freshDatabase(t));
    const sockets = new Set<Socket>();
    const closed = new Set<string>();
    const onSocket = (socket: Socket): void => {
      sockets.add(socket);
      socket.once('error', (error) => closed.add(error.message));
    };
    const knex = mysqlKnex(target, { silenceMs: 500, onSocket });
    await Promise.all([1, 2, 3].map(() => knex.raw('SELECT SLEEP(0.1)')));
    await frozen.freeze();
    await knex.destroy();
    await eventually('the silence to end them', () => [...sockets].every((socket) => socket.closed));
    frozen.kill('SIGCONT');
    assert.deepEqual([...closed], ['no answer within 0.5 s']); // an error that nobody listened to fails the test
  });

  it('that are refused and not closed are given up', async (t) => {
    const refusing = createServer((socket) => {
      const message = Buffer.from('\xff\x10\x04#08004Too many connections', 'latin1');
      socket.on('error', () => {}).write(Buffer.concat([Buffer.of(message.length, 0, 0, 0), message]));
    });
    await once(refusing.listen(0, '127.0.0.1'), 'listening');
    t.after(() => refusing.close());
    const { port } = refusing.address() as AddressInfo; // it listens on a port
    let socket: Socket | undefined;
    const knex = mysqlKnex(parseMysqlUrl(`mysql://me@127.0.0.1:${port}/a`), {
      silenceMs: 500,
      onSocket: (opened) => {
        socket = opened;
      },
    });
    t.after(() => knex.destroy());
    await assert.rejects(knex.raw('SELECT 1'), { code: 'ER_CON_COUNT_ERROR' });
    await eventually('the connection to end', () => socket?.closed);
  });

  it('that nobody accepts hold up the writes that wait together once, not one after another', async (t) => {
    const accepted: Socket[] = [];
    const silent = createServer((socket) => accepted.push(socket.on('error', () => {})));
    await once(silent.listen(0, '127.0.0.1'), 'listening');
    const { port } = silent.address() as AddressInfo; // it listens on a port
    const target = parseMysqlUrl(`mysql://me@127.0.0.1:${port}/a`);
    const runner = new MysqlRunner(target, new HostRing(target.hosts), { connectTimeoutMs: 200 });
    t.after(async () => {
      await runner.close();
      for (const socket of accepted) socket.destroy();
      silent.close();
    });
    const write = () => runner.writeTo((connection) => execute(connection, 'SELECT 1'));
    const outcomes = await Promise.allSettled(Array.from({ length: 6 }, write));
    const codes = outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason.code);
    assert.deepEqual(codes, Array(6).fill('ERR_DATABASE_AWAY'));
    assert.equal(accepted.length, 1);
    await assert.rejects(write(), { code: 'ERR_DATABASE_AWAY' });
    assert.equal(accepted.length, 2, 'who comes later looks again');
  });

  it('go on to the next host where the first one takes no writes any more', async (t) => {
    const [demoted, promoted] = [await startMariadb(t), server];
    const url = await promoted.freshDatabase(t);
    const name = new URL(url).pathname.slice(1);
    await demoted.query(`CREATE DATABASE ${name}`);
    for (const either of [demoted, promoted])
      await either.query(`GRANT ALL ON ${name}.* TO me@'127.0.0.1' IDENTIFIED BY 'hunter2'`);
    const hosts = `127.0.0.1:${demoted.port},127.0.0.1:${promoted.port}`;
    await open(t, url, 'another'); // makes the tables
    const persistence = await open(t, `mysql://me:hunter2@${hosts}/${name}`);
    await demoted.query('SET GLOBAL read_only = 1');
    await persistence.savePeers(batchOf({}));
    const [row] = await promoted.query<{ peers: number }>('SELECT count(*) AS peers FROM peers', url);
    assert.equal(row?.peers, 1);
  });

  it('that were lost while they committed traffic count it once', async (t) => {
    const url = await server.freshDatabase(t);
    const persistence = await open(t, url);
    await persistence.users.saveTraffic({ number: 1, traffic: [], sessions: [] });
    const batch = { number: 2, traffic: [trafficOf(1, 500)], sessions: [] };
    const lost = mysqlKnex(parseMysqlUrl(url));
    t.after(() => lost.destroy());
    const trx = await lost.transaction();
    await insertTraffic(trx, persistence.nodeId, batch);
    const again = persistence.users.saveTraffic(batch);
    await eventually('the second attempt to wait for the first', async () => {
      const rows = await server.query<{ State: string; Info: string | null }>('SHOW PROCESSLIST');
      return rows.some(({ Info }) => /`sequences`.*for update/.test(Info ?? ''));
    });
    await trx.commit();
    await again;
    const [totals] = await persistence.users.loadUserTotals([1]);
    assert.equal(totals?.uploadedBytes, 500);
  });

  it('fail at once while the server is stopped, and work again when it is back', async (t) => {
    const other = await startMariadb(t);
    const persistence = await open(t, await other.freshDatabase(t));
    await persistence.saveTorrent(sampleTorrent(1));
    await other.stop();
    await assert.rejects(persistence.savePeers(batchOf({})), { code: 'ERR_DATABASE_AWAY' });
    await assert.rejects(persistence.loadTorrents(), { code: 'ERR_DATABASE_AWAY' });
    await other.start();
    await persistence.savePeers(batchOf({}));
    assert.deepEqual(await persistence.loadTorrents(), [sampleTorrent(1)]);
  });

  it('behave the same whatever the defaults of the server are', async (t) => {
    const odd = await startMariadb(t, {
      args: [
        '--sql-mode=ANSI,NO_BACKSLASH_ESCAPES',
        '--default-time-zone=+05:00',
        '--character-set-server=latin1',
        '--autocommit=0',
        '--transaction-isolation=SERIALIZABLE',
        '--max-allowed-packet=1M',
      ],
    });
    const url = await odd.freshDatabase(t);
    const persistence = await open(t, url);
    const torrent = sampleTorrent(1, {
      name: `it's "odd" \\' \\ ; -- 🌱 \n`,
      resume: '{"a":"\\\\"}',
      createdAtSeconds: 0,
    });
    await persistence.saveTorrent(torrent);
    const many = batchOf(...Array.from({ length: 20_000 }, (_, i) => ({ port: i + 1 })));
    await persistence.savePeers(many);
    assert.deepEqual(await persistence.loadTorrents(), [torrent]);
    assert.deepEqual(await linesOf(persistence.loadPeers(0)), await linesOf([many]));
    const [row] = await odd.query<{ created: string }>(
      'SELECT CAST(created AS CHAR) AS created FROM readable_torrents',
      url,
    );
    assert.match(row?.created ?? '', /^1970-01-01 00:00:00/);
    await assert.rejects(persistence.saveTorrent(sampleTorrent(2, { metainfo: new Uint8Array(600_000) })), {
      code: 'ERR_DATABASE',
      message: /takes the torrent "fjord 2 .* not whole: raise its max_allowed_packet/,
    });
    assert.deepEqual(await persistence.loadTorrents(), [torrent]);
  });
});

async function cutConnections(server: Mariadb, url: string): Promise<void> {
  const name = new URL(url).pathname.slice(1);
  const threads = await server.query<{ id: number }>(
    `SELECT id FROM information_schema.processlist WHERE db = '${name}'`,
  );
  for (const { id } of threads) await server.query(`KILL ${id}`).catch(() => {}); // it may have ended by itself
}

describe('TLS to MySQL', { skip }, () => {
  it('is spoken where it is wanted, and the certificate is checked unless that is not wanted', async (t) => {
    const openssl = requireTool(t, 'openssl');
    if (openssl === undefined) return;
    const folder = await makeTempFolder(t);
    const certificate = async (name: string, host: string) => {
      const [key, file] = [join(folder, `${name}-key.pem`), join(folder, `${name}.pem`)];
      const subject = ['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`];
      await runProcess(openssl, [
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-days',
        '2',
        '-keyout',
        key,
        '-out',
        file,
        ...subject,
      ]);
      await runProcess('chmod', ['-R', 'a+rX', folder]);
      return { file, args: [`--ssl-cert=${file}`, `--ssl-key=${key}`] };
    };
    const own = await certificate('own', 'localhost');
    const other = await certificate('other', 'db.example.org');
    const server = await startMariadb(t, { args: own.args });
    const url = (await server.freshDatabase(t)).replace('127.0.0.1', 'localhost');
    const isEncrypted = async (options: string): Promise<boolean> => {
      const persistence = await openPersistence({ database: url + options, logger });
      const rows = await server.query<{ n: number }>(
        "SELECT COUNT(*) AS n FROM information_schema.processlist WHERE user = 'root' AND db IS NOT NULL",
      );
      assert.ok(Number(rows[0]?.n) > 0);
      await persistence.close();
      return true;
    };
    assert.ok(await isEncrypted(`?ssl=verify&ssl-ca=${own.file}`));
    assert.ok(await isEncrypted('?ssl=skip-verify'));
    await assert.rejects(isEncrypted('?ssl=true'), {
      code: 'ERR_DATABASE_OPEN',
      message: /is not trusted \(.*self.signed.*ssl-ca=FILE/,
    });
    await assert.rejects(isEncrypted(`?ssl-ca=${other.file}`), {
      code: 'ERR_DATABASE_OPEN',
      message: /is not trusted/,
    });
    await assert.rejects(isEncrypted('?ssl-ca=/no/such.pem'), {
      code: 'ERR_DATABASE_OPEN',
      message: /the certificates .*\/no\/such\.pem/,
    });

    const misnamed = await startMariadb(t, { args: other.args });
    const wrong = (await misnamed.freshDatabase(t)).replace('127.0.0.1', 'localhost');
    await assert.rejects(openPersistence({ database: `${wrong}?ssl-ca=${other.file}`, logger }), {
      code: 'ERR_DATABASE_OPEN',
      message: /is not trusted \(.*localhost/,
    });
  });

  it('is an error where the server has none', async (t) => {
    const server = await startMariadb(t, { args: ['--skip-ssl'] });
    const database = `${await server.freshDatabase(t)}?ssl=true`;
    await assert.rejects(openPersistence({ database, logger }), {
      code: 'ERR_DATABASE_OPEN',
      message: /offers no TLS: leave out \?ssl/,
    });
  });
});
