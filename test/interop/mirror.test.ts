import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TorrentView } from '../../src/api/torrent-view.ts';
import { parseMagnet } from '../../src/bittorrent/magnet.ts';
import { parseMetainfo } from '../../src/bittorrent/metainfo/parse.ts';
import { createTorrent } from '../../src/builder/create-torrent.ts';
import { allClients } from '../support/clients/all-clients.ts';
import { libtorrent } from '../support/clients/libtorrent.ts';
import { seedWith } from '../support/clients/seeding-client.ts';
import { checksums, writeRandomFile } from '../support/data.ts';
import { eventually } from '../support/eventually.ts';
import { peerAnswer, startFixedTracker } from '../support/fixed-tracker.ts';
import { freePort } from '../support/free-port.ts';
import { loopbackPeer, mirrorFixture } from '../support/mirrored-torrent.ts';
import { runSeedbed, startSeedbed } from '../support/seedbed.ts';
import { makeTorrentFixture, torrentState } from '../support/seeded-torrent.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { requireTool } from '../support/tools.ts';

const DEADLINE_MS = 60_000;

for (const [tool, client] of allClients) {
  test(`mirrors from ${client.name}, which the tracker names`, async (t) => {
    if (requireTool(t, tool) === undefined) return;
    const { metainfo, dataPath } = await seedWith(t, client);
    const mirror = await mirrorFixture(t, { metainfo }, []);
    await torrentState(mirror.node, mirror.torrent, 'seeding', 'failed');
    assert.deepEqual(await checksums(mirror.dataPath), await checksums(dataPath));
  });

  test(`\`seedbed mirror MAGNET\` fetches all from ${client.name}: its metadata, then its data`, async (t) => {
    if (requireTool(t, tool) === undefined) return;
    const { dataPath, magnet } = await seedWith(t, client);
    const target = await makeTempFolder(t);
    const dataDir = join(await makeTempFolder(t), 'data');
    const here = ['--data-dir', dataDir];
    await startSeedbed(t, { dataDir });
    await runSeedbed(['mirror', magnet, '--to', target, ...here]);
    await eventually('it to be seeded', async () => {
      const { state, reason } = JSON.parse(await runSeedbed(['list', '--json', ...here])) as TorrentView;
      if (state === 'failed') throw new Error(reason);
      return state === 'seeding';
    });
    assert.deepEqual(await checksums(join(target, 'sample')), await checksums(dataPath));
  });

  test(`gets the metadata of a magnet link from ${client.name}`, async (t) => {
    if (requireTool(t, tool) === undefined) return;
    const { metainfo, magnet } = await seedWith(t, client);
    const { node } = await mirrorFixture(t, await makeTorrentFixture(t), []);
    const torrent = await node.fetchMetadata(parseMagnet(magnet), AbortSignal.timeout(DEADLINE_MS));
    assert.deepEqual(parseMetainfo(torrent).infoBytes, metainfo.infoBytes);
  });
}

for (const version of ['v2', 'hybrid'] as const)
  test(`mirrors a ${version} torrent from libtorrent`, async (t) => {
    if (requireTool(t, 'libtorrent') === undefined) return;
    const { metainfo, dataPath, seed } = await seedWith(t, libtorrent, { version });
    const mirror = await mirrorFixture(t, { metainfo }, [loopbackPeer(seed.port)]);
    await torrentState(mirror.node, mirror.torrent, 'seeding', 'failed');
    assert.deepEqual(await checksums(mirror.dataPath), await checksums(dataPath));
  });

test('a server that is killed while it mirrors fetches nothing twice but the last seconds', async (t) => {
  if (requireTool(t, 'libtorrent') === undefined) return;
  const bytes = 40_000_000;
  const folder = await makeTempFolder(t);
  const path = join(folder, 'data.bin');
  await writeRandomFile(path, bytes);
  const port = await freePort();
  const tracker = await startFixedTracker(t, peerAnswer(port));
  const { torrent } = await createTorrent(path, { announceTiers: [[tracker.url]] });
  const torrentPath = join(await makeTempFolder(t), 'data.torrent');
  await writeFile(torrentPath, torrent);
  const seed = await libtorrent.start(t, { torrent: torrentPath, folder, port, uploadLimitKiB: 4_000 });
  await seed.finished(DEADLINE_MS);
  const target = await makeTempFolder(t);
  const dataDir = join(await makeTempFolder(t), 'data');
  const first = await startSeedbed(t, { dataDir });
  await runSeedbed(['mirror', torrentPath, '--to', target, '--data-dir', dataDir]);
  const progress = async (): Promise<{ progress: number; state: string }> =>
    JSON.parse(await runSeedbed(['list', '--json', '--data-dir', dataDir]));
  await eventually('half of the data', async () => (await progress()).progress > 0.5);
  first.process.kill('SIGKILL');
  await first.process.stop();
  assert.deepEqual(await readdir(target), ['data.bin.part']);
  await startSeedbed(t, { dataDir, httpPort: first.httpPort, peerPort: first.peerPort });
  await eventually('all of the data', async () => (await progress()).state === 'seeding');
  assert.deepEqual(await readdir(target), ['data.bin']);
  assert.deepEqual(await readFile(join(target, 'data.bin')), await readFile(path));
  const { uploadedBytes } = await seed.report();
  assert.ok(uploadedBytes < 1.2 * bytes, `${uploadedBytes} bytes were fetched of ${bytes}`);
});
