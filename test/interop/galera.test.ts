import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { pino } from 'pino';
import { openPersistence } from '../../src/persistence/open.ts';
import { AnnounceLoad } from '../support/announce-load.ts';
import { eventually } from '../support/eventually.ts';
import { type GaleraCluster, startGalera, whyNoGalera } from '../support/galera.ts';
import { announceTo, randomHash, startNode, untilCounts } from '../support/nodes.ts';
import { Scope } from '../support/scope.ts';

describe('three nodes, each on its own server of a Galera cluster', { skip: whyNoGalera() ?? false }, () => {
  const scope = new Scope();
  const database = 'seedbed';
  let cluster: GaleraCluster;

  before(async () => {
    cluster = await startGalera(scope);
    await cluster.first.query(`CREATE DATABASE ${database}`);
  });
  after(() => scope.end());

  it('loses nothing and refuses nobody when a database server is killed under load', async (t) => {
    const names = ['one', 'two', 'three'];
    const open = (name: string) =>
      openPersistence({
        database: cluster.urlFrom(names.indexOf(name), database),
        nodeName: name,
        logger: pino({ level: 'silent' }),
      });
    const nodes = await Promise.all(names.map((name) => startNode(t, open, name)));
    const urls = nodes.map(({ url }) => url);

    const first = randomHash();
    const began = performance.now();
    await announceTo(urls[0] ?? '', first, { port: 7_001 });
    await untilCounts(urls, first, { incomplete: 1 });
    t.diagnostic(`a peer was seen by all after ${Math.round(performance.now() - began)} ms`);

    const load = new AnnounceLoad(urls);
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

    await eventually('every node has a database again, and has written all', () =>
      nodes.every(({ app }) => app.health().isReachable && app.health().backlog === 0),
    );
    for (const { infoHash, complete, incomplete } of swarms)
      await untilCounts(urls, infoHash, { complete, incomplete });
    for (const server of cluster.servers.slice(0, 2))
      await eventually('the database server has every peer', async () => {
        const sql = 'SELECT count(*) AS peers FROM peers WHERE NOT is_gone';
        const [row] = await server.query<{ peers: number }>(sql, database);
        return row?.peers === announces + 1;
      });
  });
});
