import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { pino } from 'pino';
import type { Config } from '../../src/config/settings.ts';
import { openPersistence } from '../../src/persistence/open.ts';
import { AnnounceLoad } from '../support/announce-load.ts';
import { eventually } from '../support/eventually.ts';
import { type GaleraCluster, startGalera, whyNoGalera } from '../support/galera.ts';
import { announceTo, randomHash, startNode, untilCounts } from '../support/nodes.ts';
import { Scope } from '../support/scope.ts';

describe('three nodes, each on its own server of a Galera cluster', { skip: whyNoGalera() ?? false }, () => {
  const scope = new Scope();
  const database = 'seedbed';
  const names = ['one', 'two', 'three'];
  let cluster: GaleraCluster;
  const opener = (name: string) => (nodeName: string) =>
    openPersistence({
      database: cluster.urlFrom(names.indexOf(nodeName), name),
      nodeName,
      logger: pino({ level: 'silent' }),
    });

  /** The first makes the tables; test/interop/mysql-migrations has nodes that start at once. */
  const startNodes = async (t: TestContext, name: string, flags: Partial<Config> = {}) => {
    const started: Awaited<ReturnType<typeof startNode>>[] = [];
    for (const node of names) started.push(await startNode(t, opener(name), node, flags));
    return started;
  };

  before(async () => {
    cluster = await startGalera(scope);
    await cluster.first.query(`CREATE DATABASE ${database}`);
  });
  after(() => scope.end());

  it('loses nothing and refuses nobody when a database server is killed under load', async (t) => {
    const nodes = await startNodes(t, database);
    const urls = nodes.map(({ url }) => url);

    const first = randomHash();
    const began = performance.now();
    await announceTo(urls[0] ?? '', first, { port: 7_001 });
    await untilCounts(urls, first, { incomplete: 1 });
    t.diagnostic(`a peer was seen by all after ${Math.round(performance.now() - began)} ms`);

    const load = new AnnounceLoad(t, urls);
    await eventually('some load', () => load.announces > 300);
    const killed = cluster.servers[2];
    assert.ok(killed !== undefined);
    killed.kill('SIGKILL');
    await killed.process.exited;
    const before = load.announces;
    await eventually('more load after the crash', () => load.announces > before + 1_500);
    const { announces, failures, swarms } = await load.stop();
    t.diagnostic(`${announces} announces, ${announces - before} of them after the crash`);
    assert.deepEqual(failures, []);

    await eventually(
      'every node has a database again, and has written all',
      () => nodes.every(({ app }) => app.health().isReachable && app.health().backlog === 0),
      { deadlineMs: 90_000 },
    ).catch((error: Error) => {
      throw new Error(`${error.message}: ${JSON.stringify(nodes.map(({ app }) => app.health()))}`);
    });
    for (const { infoHash, complete, incomplete } of swarms)
      await untilCounts(urls, infoHash, { complete, incomplete });
    for (const server of cluster.servers.slice(0, 2))
      await eventually('the database server has every peer', async () => {
        const sql = 'SELECT count(*) AS peers FROM peers WHERE NOT is_gone';
        const [row] = await server.query<{ peers: number }>(sql, database);
        return row?.peers === announces + 1;
      });
  });

  it('has every announce that was answered under strict durability, whichever server dies', async (t) => {
    const strict = 'seedbed_strict';
    const revived = cluster.servers[2];
    const victim = cluster.servers[1];
    assert.ok(revived !== undefined && victim !== undefined);
    if (revived.process.status !== undefined) await revived.start(); // it takes what it missed from the others
    await cluster.first.query(`CREATE DATABASE ${strict}`);
    const nodes = await startNodes(t, strict, { durability: 'strict' });
    const load = new AnnounceLoad(
      t,
      nodes.map(({ url }) => url),
      30,
    );
    await eventually('some load', () => load.announces > 300);
    victim.kill('SIGKILL');
    await victim.process.exited;
    const before = load.announces;
    await eventually('more load after the crash', () => load.announces > before + 600);
    const { ports, failures } = await load.stop();
    t.diagnostic(`${ports.length} answered, ${failures.length} told to come again`);
    for (const server of [cluster.first, revived])
      await eventually('every answered announce is in the database', async () => {
        const rows = await server.query<{ port: number }>('SELECT port FROM peers', strict);
        const stored = new Set(rows.map(({ port }) => port));
        return ports.every((port) => stored.has(port));
      });
  });
});
