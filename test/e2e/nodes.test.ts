import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { NodesView } from '../../src/api/routes/nodes.ts';
import { parseMetainfo } from '../../src/bittorrent/metainfo/parse.ts';
import { aria2 } from '../support/clients/aria2.ts';
import { download } from '../support/clients/client.ts';
import { checksums, writeRandomFile } from '../support/data.ts';
import { eventually } from '../support/eventually.ts';
import { openMysql, whyNoMysql } from '../support/mariadb.ts';
import { announceTo, countsOf, randomHash, untilCounts } from '../support/nodes.ts';
import type { CleanupOwner } from '../support/scope.ts';
import { publish, type RunningSeedbed, runSeedbed, startSeedbed } from '../support/seedbed.ts';
import { projectRoot } from '../support/source-tree.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { requireTool } from '../support/tools.ts';

const wrongClock = join(projectRoot, 'test/support/wrong-clock.mjs');

async function startServer(
  owner: CleanupOwner,
  database: string,
  name: string,
  clockOffsetSeconds = 0,
): Promise<RunningSeedbed> {
  const environment = [
    `SEEDBED_DATABASE=${database}`,
    `TEST_CLOCK_OFFSET_SECONDS=${clockOffsetSeconds}`,
    `NODE_OPTIONS=--import=${wrongClock}`,
  ];
  return startSeedbed(owner, {
    dataDir: await makeTempFolder(owner),
    open: true,
    prefix: ['env', ...environment],
    args: ['--node-name', name],
  });
}

async function nodesSeenBy({ dataDir }: RunningSeedbed): Promise<NodesView['nodes']> {
  return (JSON.parse(await runSeedbed(['nodes', '--json', '--data-dir', dataDir])) as NodesView).nodes;
}

function statesOf(nodes: NodesView['nodes']): Record<string, string> {
  return Object.fromEntries(nodes.map(({ name, state }) => [name, state]));
}

describe('three servers on one database', { skip: whyNoMysql() ?? false }, () => {
  it('go by its clock, however wrong their own are, and outlive the death of one', async (t) => {
    const server = await openMysql(t);
    const database = await server.freshDatabase(t);
    const [right, fast, slow] = await Promise.all([
      startServer(t, database, 'right'),
      startServer(t, database, 'fast', 3_600),
      startServer(t, database, 'slow', -3_600),
    ]);
    const urls = [right.origin, fast.origin, slow.origin];
    const infoHash = randomHash();
    await Promise.all(urls.map((url, index) => announceTo(url, infoHash, { port: 7_001 + index })));
    await untilCounts(urls, infoHash, { incomplete: 3 });

    // Two more heartbeats of each take longer than a node takes to look for peers that have expired.
    const beats = async () => {
      const rows = await server.query<{ heartbeat_at: number }>('SELECT heartbeat_at FROM nodes', database);
      return rows.map((row) => Number(row.heartbeat_at));
    };
    const first = await beats();
    await eventually('more heartbeats', async () =>
      (await beats()).every((beat, index) => beat >= (first[index] ?? 0) + 6),
    );
    for (const url of urls) assert.equal((await countsOf(url, infoHash)).incomplete, 3);
    const rows = await server.query<{ seen: number; left_seconds: number }>(
      'SELECT unix_timestamp() - last_seen_at AS seen, expires_at - unix_timestamp() AS left_seconds FROM peers',
      database,
    );
    assert.equal(rows.length, 3);
    for (const { seen, left_seconds } of rows) {
      assert.ok(seen >= -1 && seen < 600, `last seen ${seen} s ago`);
      assert.ok(left_seconds > 0 && left_seconds < 3_600 + 900, `expires in ${left_seconds} s`);
    }
    for (const one of [right, fast, slow])
      assert.deepEqual(statesOf(await nodesSeenBy(one)), { right: 'alive', fast: 'alive', slow: 'alive' });
    assert.match(fast.process.stderr, /clock of this machine differs/);
    assert.doesNotMatch(right.process.stderr, /clock of this machine differs/);

    right.process.kill('SIGKILL');
    await right.process.exited;
    await eventually(
      'the others miss it',
      async () => statesOf(await nodesSeenBy(fast))['right'] === 'silent',
    );
    assert.deepEqual(statesOf(await nodesSeenBy(slow)), { right: 'silent', fast: 'alive', slow: 'alive' });
    for (const url of urls.slice(1)) assert.equal((await countsOf(url, infoHash)).incomplete, 3);
    await eventually('the log says so', () => /a node fell silent/.test(fast.process.stderr));
    assert.equal(fast.process.stderr.match(/a node fell silent/g)?.length, 1);
    assert.match(await runSeedbed(['nodes', '--data-dir', fast.dataDir]), /silent .* right\n/);
    await runSeedbed(['nodes', '--forget', 'right', '--data-dir', fast.dataDir]);
    await eventually(
      'all have forgotten it',
      async () => statesOf(await nodesSeenBy(slow))['right'] === undefined,
    );
  });

  it('a client that knows only one of them downloads what another one seeds', async (t) => {
    if (requireTool(t, 'aria2c') === undefined) return;
    const server = await openMysql(t);
    const database = await server.freshDatabase(t);
    const [one, two] = await Promise.all([startServer(t, database, 'one'), startServer(t, database, 'two')]);
    const originals = await makeTempFolder(t);
    await writeRandomFile(join(originals, 'film.bin'), 3_000_000);
    const { infoHash } = await publish(one.dataDir, join(originals, 'film.bin'));
    await untilCounts([one.origin, two.origin], Buffer.from(infoHash, 'hex'), { complete: 1 });
    assert.match(await runSeedbed(['list', '--data-dir', two.dataDir]), /on node \d/);

    // The torrent file of the second names its tracker alone.
    const torrent = join(two.dataDir, 'torrents', `${infoHash}.torrent`);
    const { announceTiers } = parseMetainfo(await readFile(torrent));
    assert.ok(announceTiers.flat().every((url) => new URL(url).port === String(two.httpPort)));
    const folder = await makeTempFolder(t);
    await download(aria2, { torrent, folder, deadlineMs: 60_000, signal: t.signal });
    assert.deepEqual(await checksums(join(folder, 'film.bin')), await checksums(join(originals, 'film.bin')));
  });
});
