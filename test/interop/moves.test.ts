import assert from 'node:assert/strict';
import { cp, readdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import type { TorrentView } from '../../src/api/torrent-view.ts';
import { createTorrent } from '../../src/builder/create-torrent.ts';
import { download } from '../support/clients/client.ts';
import { libtorrent } from '../support/clients/libtorrent.ts';
import { checksums } from '../support/data.ts';
import { eventually } from '../support/eventually.ts';
import { peerAnswer, startFixedTracker } from '../support/fixed-tracker.ts';
import { freePort } from '../support/free-port.ts';
import { runSeedbed, startSeedbed } from '../support/seedbed.ts';
import { makeTorrentFixture } from '../support/seeded-torrent.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { requireTool } from '../support/tools.ts';

const FOLDER = { 'a.bin': 1_500_001, 'deep/er/b.bin': 6_000_000, 'empty.bin': 0 };

test('what is fetched from libtorrent moves when it is finished, and again by command; libtorrent gets it from there', async (t) => {
  if (requireTool(t, 'libtorrent') === undefined) return;
  const port = await freePort();
  const tracker = await startFixedTracker(t, peerAnswer(port));
  const { dataPath } = await makeTorrentFixture(t, { content: FOLDER });
  const made = await createTorrent(dataPath, { announceTiers: [[tracker.url]] });
  const folder = await makeTempFolder(t);
  await cp(dataPath, join(folder, basename(dataPath)), { recursive: true });
  const torrent = join(await makeTempFolder(t), 'sample.torrent');
  await writeFile(torrent, made.torrent);
  const seed = await libtorrent.start(t, { torrent, folder, port });
  await seed.finished(60_000);

  const [incomplete, done, archive] = [
    await makeTempFolder(t),
    await makeTempFolder(t),
    await makeTempFolder(t),
  ];
  const dataDir = join(await makeTempFolder(t), 'data');
  const server = await startSeedbed(t, { dataDir, args: ['--allocate', 'full'] });
  const here = ['--data-dir', dataDir];
  await runSeedbed(['mirror', torrent, '--to', incomplete, '--then-move', done, ...here]);
  const view = async (): Promise<TorrentView> => JSON.parse(await runSeedbed(['list', '--json', ...here]));
  const { infoHash } = await eventually('it is moved', async () => {
    const seen = await view();
    if (seen.state === 'failed' || seen.moveFailure !== null)
      throw new Error(seen.reason ?? seen.moveFailure ?? '');
    return seen.dataPath === join(done, 'sample') ? seen : undefined;
  });
  assert.deepEqual(await readdir(incomplete), []);
  assert.deepEqual(await checksums(join(done, 'sample')), await checksums(dataPath));
  await seed.stop();
  const printed = await runSeedbed(['move', infoHash, archive, ...here]);
  assert.equal(printed, `Moved ${infoHash} to ${join(archive, 'sample')}\n`);

  server.process.kill('SIGKILL');
  await server.process.stop();
  const again = await startSeedbed(t, { dataDir, httpPort: server.httpPort, peerPort: server.peerPort });
  await eventually('it is seeded', async () => (await view()).state === 'seeding');
  assert.equal((await view()).dataPath, join(archive, 'sample'));
  const wanting = await startFixedTracker(t, peerAnswer(again.peerPort));
  const other = join(await makeTempFolder(t), 'other.torrent');
  await writeFile(other, (await createTorrent(dataPath, { announceTiers: [[wanting.url]] })).torrent);
  const copy = await makeTempFolder(t);
  await download(libtorrent, { torrent: other, folder: copy });
  assert.deepEqual(await checksums(join(copy, 'sample')), await checksums(dataPath));
});
