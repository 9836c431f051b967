import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { pino } from 'pino';
import { openPersistence } from '../../src/persistence/open.ts';
import { AnnounceLoad } from '../support/announce-load.ts';
import { eventually } from '../support/eventually.ts';
import { type Mariadb, startMariadb, whyNoMariadb } from '../support/mariadb.ts';
import { startNode, type TestNode, untilCounts } from '../support/nodes.ts';

/** Two nodes on a server of their own. */
async function startTwo(t: TestContext): Promise<{ server: Mariadb; database: string; nodes: TestNode[] }> {
  const server = await startMariadb(t);
  const database = await server.freshDatabase(t);
  const open = (nodeName: string) =>
    openPersistence({ database, nodeName, logger: pino({ level: 'silent' }) });
  return { server, database, nodes: [await startNode(t, open, 'one'), await startNode(t, open, 'two')] };
}

async function readiness(url: string): Promise<{ status: number; body: string }> {
  const response = await fetch(`${url}/readyz`);
  return { status: response.status, body: await response.text() };
}

/** Load goes on while the database is taken away and brought back; then everything has to be there. */
async function survive(
  t: TestContext,
  away: (server: Mariadb) => Promise<void>,
  back: (server: Mariadb) => Promise<void>,
): Promise<void> {
  const { server, database, nodes } = await startTwo(t);
  const urls = nodes.map(({ url }) => url);
  const load = new AnnounceLoad(t, urls);
  await eventually('some load', () => load.announces > 200);
  await away(server);
  const before = load.announces;
  await eventually('both nodes notice', () =>
    nodes.every(({ app }) => !app.health().isReachable && app.health().backlog > 0),
  );
  for (const url of urls) {
    const { status, body } = await readiness(url);
    assert.equal(status, 503);
    assert.match(body, /the database/);
  }
  await eventually('announces go on', () => load.announces > before + 500);
  const { announces, failures, swarms } = await load.stop();
  t.diagnostic(`${announces - before} announces while the database was away`);
  assert.deepEqual(failures, []);
  await back(server);
  await eventually('both nodes have written all', () =>
    nodes.every(({ app }) => app.health().isReachable && app.health().backlog === 0),
  );
  for (const { infoHash, complete, incomplete } of swarms)
    await untilCounts(urls, infoHash, { complete, incomplete });
  const [row] = await server.query<{ peers: number }>(
    'SELECT count(*) AS peers FROM peers WHERE NOT is_gone',
    database,
  );
  assert.equal(row?.peers, announces);
  for (const url of urls)
    await eventually('it is ready again', async () => (await readiness(url)).status === 200);
}

describe('nodes whose database goes away', { skip: whyNoMariadb() ?? false }, () => {
  it('answer from memory while it is stopped, and write everything when it is back', (t) =>
    survive(
      t,
      (server) => server.stop(),
      (server) => server.start(),
    ));

  it('answer from memory while it is killed', (t) =>
    survive(
      t,
      async (server) => {
        server.kill('SIGKILL');
        await server.process.exited;
      },
      (server) => server.start(),
    ));

  it('answer from memory while it hangs', (t) =>
    survive(
      t,
      (server) => server.freeze(),
      async (server) => server.kill('SIGCONT'),
    ));

  it('stop in time when it hangs', async (t) => {
    const { server, nodes } = await startTwo(t);
    const load = new AnnounceLoad(
      t,
      nodes.map(({ url }) => url),
    );
    await eventually('some load', () => load.announces > 50);
    await server.freeze();
    await load.stop();
    const began = performance.now();
    await Promise.all(nodes.map(({ app }) => app.stop()));
    t.diagnostic(`stopped after ${Math.round(performance.now() - began)} ms`);
    server.kill('SIGCONT');
  });
});
