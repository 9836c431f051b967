import assert from 'node:assert/strict';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import type { TorrentView } from '../../src/api/torrent-view.ts';
import { createTorrent } from '../../src/builder/create-torrent.ts';
import { aria2 } from '../support/clients/aria2.ts';
import type { Client } from '../support/clients/client.ts';
import { libtorrent, startLibtorrent } from '../support/clients/libtorrent.ts';
import { transmission } from '../support/clients/transmission.ts';
import { checksums } from '../support/data.ts';
import { eventually } from '../support/eventually.ts';
import { peerAnswer, startFixedTracker } from '../support/fixed-tracker.ts';
import { freePort } from '../support/free-port.ts';
import { runSeedbed, startSeedbed } from '../support/seedbed.ts';
import { makeTorrentFixture } from '../support/seeded-torrent.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { requireTool, type ToolName } from '../support/tools.ts';

const FOLDER = { 'a.bin': 1_500_001, 'deep/er/b.mkv': 3_000_000, 'c.srt': 70_000, 'z.bin': 1_016_384 };
const DEADLINE_MS = 60_000;

const clients: readonly (readonly [ToolName, Client])[] = [
  ['libtorrent', libtorrent],
  ['transmission-daemon', transmission],
  ['aria2c', aria2],
];

for (const [tool, client] of clients)
  test(`chosen files come from ${client.name}, are served as a partial seed, and the others later`, async (t) => {
    if (requireTool(t, tool) === undefined || requireTool(t, 'libtorrent') === undefined) return;
    const port = await freePort();
    const tracker = await startFixedTracker(t, peerAnswer(port));
    const { dataPath } = await makeTorrentFixture(t, { content: FOLDER });
    const made = await createTorrent(dataPath, { announceTiers: [[tracker.url]], pieceLength: 65_536 });
    const folder = await makeTempFolder(t);
    await cp(dataPath, join(folder, basename(dataPath)), { recursive: true });
    const torrent = join(await makeTempFolder(t), 'sample.torrent');
    await writeFile(torrent, made.torrent);
    const seed = await client.start(t, { torrent, folder, port });
    await seed.finished(DEADLINE_MS);

    const target = await makeTempFolder(t);
    const dataDir = join(await makeTempFolder(t), 'data');
    const server = await startSeedbed(t, { dataDir });
    const before = tracker.announces.length;
    await runSeedbed([
      'mirror',
      torrent,
      '--to',
      target,
      '--files',
      '*.mkv,1',
      '--sequential',
      '--data-dir',
      dataDir,
    ]);
    const view = async (): Promise<TorrentView> =>
      JSON.parse(await runSeedbed(['list', '--json', '--data-dir', dataDir]));
    const partial = await eventually('the chosen files', async () => {
      const seen = await view();
      if (seen.state === 'failed') throw new Error(seen.reason);
      return seen.state === 'seeding' ? seen : undefined;
    });
    assert.deepEqual(
      [partial.isFinished, partial.isComplete, partial.wantedBytes, partial.leftBytes, partial.progress],
      [true, false, 3_070_000, 0, 1],
    );
    const copy = join(target, 'sample');
    assert.deepEqual(
      await readFile(join(copy, 'deep/er/b.mkv')),
      await readFile(join(dataPath, 'deep/er/b.mkv')),
    );
    assert.deepEqual((await readdir(copy)).filter((name) => !name.startsWith('.')).sort(), ['c.srt', 'deep']);
    await eventually('the tracker is told so (BEP 21)', () =>
      tracker.announces
        .slice(before)
        .some((query) => query.get('event') === 'paused' && query.get('left') !== '0'),
    );
    await seed.stop();

    const wanting = await startFixedTracker(t, peerAnswer(server.peerPort));
    const other = join(await makeTempFolder(t), 'other.torrent');
    await writeFile(
      other,
      (await createTorrent(dataPath, { announceTiers: [[wanting.url]], pieceLength: 65_536 })).torrent,
    );
    const leechFolder = await makeTempFolder(t);
    await mkdir(leechFolder, { recursive: true });
    await startLibtorrent(t, { torrent: other, folder: leechFolder, filePriorities: [0, 0, 4, 0] });
    await eventually('libtorrent has the file from us alone', async () => {
      const bytes = await readFile(join(leechFolder, 'sample/deep/er/b.mkv')).catch(() => Buffer.alloc(0));
      return bytes.equals(await readFile(join(dataPath, 'deep/er/b.mkv')));
    });

    const again = await client.start(t, { torrent, folder, port });
    await again.finished(DEADLINE_MS);
    await runSeedbed(['set', partial.infoHash, '--files', 'all', '--data-dir', dataDir]);
    await eventually('all files', async () => (await view()).isComplete, { deadlineMs: DEADLINE_MS });
    assert.deepEqual(await checksums(copy), await checksums(dataPath));
  });
