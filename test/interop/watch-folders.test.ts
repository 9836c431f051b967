import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { TorrentView } from '../../src/api/torrent-view.ts';
import { infoHashToHex } from '../../src/bittorrent/info-hash.ts';
import { aria2 } from '../support/clients/aria2.ts';
import { download } from '../support/clients/client.ts';
import { checksums, writeRandomFile } from '../support/data.ts';
import { eventually } from '../support/eventually.ts';
import { type RunningSeedbed, runSeedbed, startSeedbed } from '../support/seedbed.ts';
import { makeTorrentFixture, seedFixture } from '../support/seeded-torrent.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { requireTool } from '../support/tools.ts';

type Row = Pick<TorrentView, 'infoHash' | 'name' | 'state' | 'torrentPath'>;

async function list(dataDir: string): Promise<Row[]> {
  const text = await runSeedbed(['list', '--json', '--data-dir', dataDir]);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row);
}

/** Waits until just these are seeded, by name. */
async function seeded(dataDir: string, ...names: readonly string[]): Promise<Row[]> {
  return eventually(
    `${names.join(' and ') || 'nothing'} to be seeded`,
    async () => {
      const rows = await list(dataDir);
      const found = rows.filter(({ state }) => state === 'seeding').map(({ name }) => name);
      const isAll = JSON.stringify(found.toSorted()) === JSON.stringify(names.toSorted());
      return isAll && rows.length === names.length && rows;
    },
    { intervalMs: 200 },
  );
}

async function serve(t: TestContext, dataDir: string, ...args: readonly string[]): Promise<RunningSeedbed> {
  return startSeedbed(t, { dataDir, args: ['--no-udp', '--watch-settle', '1', ...args] });
}

async function stop({ process }: RunningSeedbed): Promise<void> {
  process.kill('SIGTERM');
  assert.deepEqual(await process.waitForExit(20_000), { code: 0, signal: null });
}

describe('watched folders', { timeout: 4 * 60_000, concurrency: 3 }, () => {
  it('what is dropped in is published and downloaded by aria2, and what is taken out is not, also while the server is down', async (t) => {
    if (requireTool(t, 'aria2c') === undefined) return;
    const work = await makeTempFolder(t);
    const folder = join(work, 'out');
    await mkdir(folder);
    const dataDir = join(work, 'data');
    const first = await serve(t, dataDir, '--watch', folder);
    await writeRandomFile(join(folder, 'film.bin'), 2_000_000);
    await writeRandomFile(join(folder, 'album/cd 1/one.bin'), 300_000);
    await writeRandomFile(join(folder, 'album/two.bin'), 400_000);
    await symlink('/etc/hostname', join(folder, 'album/link')); // leads out: it is left out
    const rows = await seeded(dataDir, 'album', 'film.bin');
    for (const { name, torrentPath } of rows) {
      const target = join(work, `copy of ${name}`);
      await mkdir(target);
      await download(aria2, {
        torrent: torrentPath as string,
        folder: target,
        deadlineMs: 40_000,
        signal: t.signal,
      });
      if (name === 'album')
        assert.deepEqual((await readdir(join(target, name))).toSorted(), ['cd 1', 'two.bin']);
      assert.deepEqual(await checksums(join(target, name)), await checksums(join(folder, name)));
    }
    await stop(first);
    await rm(join(folder, 'album'), { recursive: true });
    const second = await serve(t, dataDir, '--watch', folder, '--log-level', 'info');
    assert.equal((await seeded(dataDir, 'film.bin'))[0]?.infoHash, hashOf(rows, 'film.bin'));
    assert.doesNotMatch(
      second.process.stderr,
      /published from its watched folder/,
      'nothing is hashed again',
    );
    await rename(join(folder, 'film.bin'), join(work, 'film.bin'));
    await seeded(dataDir);
    assert.equal((await readdir(work)).includes('film.bin'), true, 'data is never deleted');
  });

  it('a file that changes is published anew', async (t) => {
    const work = await makeTempFolder(t);
    const folder = join(work, 'out');
    await writeRandomFile(join(folder, 'log.bin'), 200_000, 1);
    const dataDir = join(work, 'data');
    await serve(t, dataDir, '--watch', folder);
    const [before] = await seeded(dataDir, 'log.bin');
    await writeRandomFile(join(folder, 'log.bin'), 250_000, 2);
    await eventually(
      'the torrent of the new content',
      async () => {
        const rows = await list(dataDir);
        return rows.length === 1 && rows[0]?.infoHash !== before?.infoHash && rows[0]?.state === 'seeding';
      },
      { intervalMs: 200 },
    );
  });

  it('torrents and links that are dropped in are mirrored; what is none is marked', async (t) => {
    const work = await makeTempFolder(t);
    const [inbox, target, dataDir] = ['in', 'files', 'data'].map((name) => join(work, name)) as [
      string,
      string,
      string,
    ];
    for (const folder of [inbox, target]) await mkdir(folder);
    const fixture = await makeTorrentFixture(t, { content: 500_000 });
    const { port } = await seedFixture(t, fixture);
    const hash = infoHashToHex(fixture.metainfo.infoHash);
    await writeFile(join(inbox, 'a.magnet'), `magnet:?xt=urn:btih:${hash}&x.pe=127.0.0.1:${port}`);
    await writeFile(join(inbox, 'b.torrent'), 'no torrent');
    await serve(t, dataDir, '--watch-torrents', inbox, '--watch-target', target);
    await seeded(dataDir, 'sample');
    assert.deepEqual(await readFile(join(target, 'sample')), fixture.data);
    await eventually('both to be renamed', async () => {
      const names = await readdir(inbox);
      return names.toSorted().join() === 'a.magnet.added,b.torrent.invalid';
    });
  });
});

function hashOf(rows: readonly Row[], name: string): string | undefined {
  return rows.find((row) => row.name === name)?.infoHash;
}
