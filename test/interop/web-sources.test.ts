import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { type Metainfo, TORRENT_VERSIONS } from '../../src/bittorrent/metainfo/metainfo.ts';
import { createTorrent } from '../../src/builder/create-torrent.ts';
import { checksums, writeRandomFile, writeSampleFolder } from '../support/data.ts';
import { eventually } from '../support/eventually.ts';
import { startNginx } from '../support/nginx.ts';
import { startProcess } from '../support/processes.ts';
import { Scope } from '../support/scope.ts';
import { publish, runSeedbed, startSeedbed } from '../support/seedbed.ts';
import { torrentState } from '../support/seeded-torrent.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { findTool, requireTool, systemPython } from '../support/tools.ts';
import { mirrorFromWeb } from '../support/web-seeded.ts';

const FILE = 'a large file.bin';
const FOLDER = 'sample folder';

describe('mirrors from real web servers alone', { timeout: 5 * 60_000 }, () => {
  const scope = new Scope();
  let root: string;
  let nginx: string | undefined;

  before(async () => {
    root = await makeTempFolder(scope);
    await writeRandomFile(join(root, FILE), 20_000_000);
    await writeSampleFolder(join(root, FOLDER));
    const program = findTool('nginx');
    if (program !== undefined) nginx = await startNginx(scope, program, root);
  });
  after(() => scope.end());

  /** Mirrors what lies in the root, and compares; the node's counters are for the caller. */
  async function mirror(t: TestContext, name: string, metainfo: Metainfo, url: string) {
    const { node, torrent, dataPath } = await mirrorFromWeb(t, metainfo, { webSeeds: [url] });
    await torrentState(node, torrent, 'seeding', 'failed');
    assert.equal(torrent.failure, undefined);
    assert.deepEqual(await checksums(dataPath), await checksums(join(root, name)));
    return node.counters;
  }

  for (const name of [FILE, FOLDER])
    for (const version of TORRENT_VERSIONS)
      it(`nginx: ${name}, ${version}`, async (t) => {
        if (requireTool(t, 'nginx') === undefined || nginx === undefined) return;
        const { metainfo } = await createTorrent(join(root, name), { version, pieceLength: 65_536 });
        const counters = await mirror(t, name, metainfo, nginx);
        assert.deepEqual([counters.webSourceFailures, counters.badPieces], [0, 0]);
      });

  it('nginx: a single file at its own URL', async (t) => {
    if (requireTool(t, 'nginx') === undefined || nginx === undefined) return;
    const { metainfo } = await createTorrent(join(root, FILE));
    await mirror(t, FILE, metainfo, `${nginx}${encodeURIComponent(FILE)}`);
  });

  for (const name of [FILE, FOLDER])
    it(`a server that knows no ranges (http.server of Python): ${name}`, async (t) => {
      const args = ['-u', '-m', 'http.server', '0', '--bind', '127.0.0.1', '--directory', root];
      const server = startProcess(t, systemPython, args, { name: 'http.server' });
      const [, port] = await server.waitForOutput(/ port (\d+)/);
      const { metainfo } = await createTorrent(join(root, name), { pieceLength: 65_536 });
      const counters = await mirror(t, name, metainfo, `http://127.0.0.1:${port}/`);
      assert.equal(counters.badPieces, 0);
    });

  for (const flag of ['--v1', '--v2', '--hybrid'])
    it(`the files of another Seedbed (${flag}), by its own torrent`, async (t) => {
      const dataDir = join(await makeTempFolder(t), 'data');
      const args = ['--public-address', '192.0.2.1']; // where nobody is: its web seed alone has the data
      const first = await startSeedbed(t, { dataDir, webSeed: true, args });
      const { torrentPath } = await publish(dataDir, join(root, FOLDER), [flag]);
      const second = await startSeedbed(t, { dataDir: join(await makeTempFolder(t), 'data') });
      const target = await makeTempFolder(t);
      await runSeedbed(['mirror', torrentPath, '--to', target, '--data-dir', second.dataDir]);
      await eventually('all data', async () => {
        const [listed] = (await runSeedbed(['list', '--json', '--data-dir', second.dataDir]))
          .trim()
          .split('\n');
        return listed !== undefined && (JSON.parse(listed) as { state: string }).state === 'seeding';
      });
      assert.deepEqual(await checksums(join(target, FOLDER)), await checksums(join(root, FOLDER)));
      const metrics = await (await fetch(`${first.origin}/metrics`)).text();
      assert.match(metrics, /^seedbed_seed_accepted_connections_total 0$/m);
    });
});
