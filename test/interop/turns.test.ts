import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { QueueView } from '../../src/api/routes/queue.ts';
import type { TorrentView } from '../../src/api/torrent-view.ts';
import { aria2 } from '../support/clients/aria2.ts';
import { download } from '../support/clients/client.ts';
import { checksums, writeRandomFile } from '../support/data.ts';
import { eventually } from '../support/eventually.ts';
import { publish, runSeedbed, startSeedbed } from '../support/seedbed.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { requireTool } from '../support/tools.ts';

async function list(dataDir: string): Promise<TorrentView[]> {
  const text = await runSeedbed(['list', '--json', '--data-dir', dataDir]);
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as TorrentView);
}

async function one(dataDir: string, name: string): Promise<TorrentView | undefined> {
  return (await list(dataDir)).find((row) => row.name === name);
}

async function fetchWith(t: TestContext, torrent: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await download(aria2, { torrent, folder, deadlineMs: 40_000, signal: t.signal });
}

describe('turns of torrents, with real clients', { timeout: 4 * 60_000 }, () => {
  it('a torrent that aria2 has downloaded once has its ratio: it stops, and serves again when it is resumed', async (t) => {
    if (requireTool(t, 'aria2c') === undefined) return;
    const work = await makeTempFolder(t);
    const path = join(work, 'film.bin');
    await writeRandomFile(path, 3_000_000);
    const dataDir = join(work, 'data');
    await startSeedbed(t, { dataDir, args: ['--no-udp', '--seed-ratio', '1'] });
    const { torrentPath, infoHash } = await publish(dataDir, path);
    await fetchWith(t, torrentPath, join(work, 'first'));
    const stopped = await eventually('it to stop', async () => {
      const row = await one(dataDir, 'film.bin');
      return row?.state === 'stopped' && row;
    });
    assert.match(stopped.reason ?? '', /its share ratio is reached/);
    assert.equal(stopped.ratio, 1);
    assert.match(
      await runSeedbed(['list', '--data-dir', dataDir]),
      /stopped: its share ratio is reached; seedbed resume starts it again/,
    );
    await runSeedbed(['set', infoHash, '--stop-ratio', 'none', '--data-dir', dataDir]);
    await runSeedbed(['resume', infoHash, '--data-dir', dataDir]);
    await fetchWith(t, torrentPath, join(work, 'second'));
    assert.deepEqual(await checksums(join(work, 'second/film.bin')), await checksums(path));
    const again = await one(dataDir, 'film.bin');
    assert.deepEqual([again?.state, again?.uploadedTotalBytes], ['seeding', 6_000_000]);
  });

  it('with one place, mirrors are fetched one after another, the one of high priority first', async (t) => {
    const work = await makeTempFolder(t);
    const [source, dataDir] = [join(work, 'source'), join(work, 'data')];
    const target = join(work, 'files');
    await mkdir(target);
    const seed = await startSeedbed(t, { dataDir: source, args: ['--no-udp', '--limit-local'] });
    const names = ['a.bin', 'b.bin', 'c.bin'];
    const torrents: string[] = [];
    for (const [index, name] of names.entries()) {
      await writeRandomFile(join(work, name), 1_500_000, index + 1);
      torrents.push((await publish(source, join(work, name))).torrentPath);
    }
    await runSeedbed(['limit', '--upload', '2K', '--data-dir', source]);
    await startSeedbed(t, { dataDir, args: ['--no-udp', '--max-active-downloads', '1'] });
    for (const torrent of torrents)
      await runSeedbed(['mirror', torrent, '--to', target, '--quiet', '--data-dir', dataDir]);
    const rows = await list(dataDir);
    assert.deepEqual(rows.map(({ state }) => state).toSorted(), ['downloading', 'queued', 'queued']);
    assert.match(
      await runSeedbed(['list', '--data-dir', dataDir]),
      /queued: waits for one of 1 active downloads/,
    );
    const last = rows.find(({ name }) => name === 'c.bin')?.infoHash as string;
    await runSeedbed(['set', last, '--priority', 'high', '--data-dir', dataDir]);
    assert.equal((await one(dataDir, 'c.bin'))?.state, 'downloading');
    const view = JSON.parse(await runSeedbed(['queue', '--json', '--data-dir', dataDir])) as QueueView;
    assert.deepEqual(view.downloads, { maximum: 1, running: 1, stalled: 0, waiting: 2 });
    await runSeedbed(['limit', '--upload', 'none', '--data-dir', source]);
    await eventually(
      'all three',
      async () => (await list(dataDir)).every(({ state }) => state === 'seeding'),
      { intervalMs: 200, deadlineMs: 60_000 },
    );
    for (const name of names)
      assert.deepEqual(await checksums(join(target, name)), await checksums(join(work, name)));
    assert.equal(seed.process.status, undefined);
  });
});
