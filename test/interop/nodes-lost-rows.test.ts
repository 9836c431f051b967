import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { pino } from 'pino';
import { openPersistence } from '../../src/persistence/open.ts';
import { eventually } from '../support/eventually.ts';
import { type MysqlServer, openMysql, whyNoMysql } from '../support/mariadb.ts';
import { announceTo, randomHash, startNode, untilCounts } from '../support/nodes.ts';
import { Scope } from '../support/scope.ts';

describe('nodes whose MySQL database loses rows', { skip: whyNoMysql() ?? false }, () => {
  const scope = new Scope();
  let server: MysqlServer;

  before(async () => {
    server = await openMysql(scope);
  });
  after(() => scope.end());

  it('hear each other when it goes back to an earlier state, loses its sequences, and its list of nodes', async (t) => {
    const database = await server.freshDatabase(t);
    const logger = pino({ level: 'silent' });
    const open = (nodeName: string) => openPersistence({ database, nodeName, logger });
    const [one, two] = [await startNode(t, open, 'one'), await startNode(t, open, 'two')];
    const urls = [one.url, two.url];
    const infoHash = randomHash();
    for (const port of [7001, 7002, 7003]) await announceTo(one.url, infoHash, { port });
    await untilCounts(urls, infoHash, { incomplete: 3 });

    await server.query("UPDATE sequences SET value = 1 WHERE name = 'peers'", database);
    await announceTo(one.url, infoHash, { port: 7004 });
    await untilCounts(urls, infoHash, { incomplete: 4 });
    const readyz = async (): Promise<string> => (await fetch(`${two.url}/readyz`)).text();
    await eventually('node two to be ready, and to say why it read anew', async () =>
      /"status":"ready".*went back to an earlier state at .*was read anew/.test(await readyz()),
    );

    await server.query('DELETE FROM sequences', database);
    await announceTo(two.url, infoHash, { port: 7005 });
    await untilCounts(urls, infoHash, { incomplete: 5 });
    const [row] = await server.query<{ zero: number }>(
      'SELECT COUNT(*) AS zero FROM peers WHERE sequence < 1',
      database,
    );
    assert.equal(row?.zero, 0);

    await server.query('DELETE FROM nodes', database);
    await eventually('both to be listed again', async () => {
      const rows = await server.query<{ id: number }>('SELECT id FROM nodes ORDER BY id', database);
      return rows.map(({ id }) => id).join() === `${one.nodeId},${two.nodeId}`;
    });
    await announceTo(one.url, infoHash, { port: 7006 });
    await untilCounts(urls, infoHash, { incomplete: 6 });
  });
});
