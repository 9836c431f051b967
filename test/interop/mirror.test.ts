import assert from 'node:assert/strict';
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { parseMagnet } from '../../src/bittorrent/magnet.ts';
import type { Metainfo, TorrentVersion } from '../../src/bittorrent/metainfo/metainfo.ts';
import { parseMetainfo } from '../../src/bittorrent/metainfo/parse.ts';
import { createTorrent } from '../../src/builder/create-torrent.ts';
import { aria2 } from '../support/clients/aria2.ts';
import type { Client, RunningClient } from '../support/clients/client.ts';
import { libtorrent } from '../support/clients/libtorrent.ts';
import { qbittorrent } from '../support/clients/qbittorrent.ts';
import { rtorrent } from '../support/clients/rtorrent.ts';
import { transmission } from '../support/clients/transmission.ts';
import { checksums, writeRandomFile } from '../support/data.ts';
import { eventually } from '../support/eventually.ts';
import { peer6Answer, peerAnswer, startFixedTracker } from '../support/fixed-tracker.ts';
import { freePort } from '../support/free-port.ts';
import { loopbackPeer, mirrorFixture } from '../support/mirrored-torrent.ts';
import type { CleanupOwner } from '../support/scope.ts';
import { runSeedbed, startSeedbed } from '../support/seedbed.ts';
import { makeTorrentFixture, torrentState } from '../support/seeded-torrent.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { requireTool, type ToolName } from '../support/tools.ts';

const FOLDER = { 'a.bin': 1_500_001, 'deep/er/b.bin': 6_000_000, 'Ünïcödé/名.bin': 70_000, 'z.bin': 16_384 };
const DEADLINE_MS = 60_000;

const clients: readonly (readonly [ToolName, Client])[] = [
  ['libtorrent', libtorrent],
  ['transmission-daemon', transmission],
  ['aria2c', aria2],
  ['rtorrent', rtorrent],
  ['qbittorrent-nox', qbittorrent],
];

interface Seeding {
  readonly seed: RunningClient;
  readonly metainfo: Metainfo;
  readonly dataPath: string;
  readonly magnet: string;
}

/** A client that seeds a folder, named by a tracker. */
async function seedWith(
  owner: CleanupOwner,
  client: Client,
  { version = 'v1', address = '127.0.0.1' }: { version?: TorrentVersion; address?: '127.0.0.1' | '::1' } = {},
): Promise<Seeding> {
  const port = await freePort(address);
  const tracker = await startFixedTracker(owner, address === '::1' ? peer6Answer(port) : peerAnswer(port));
  const { dataPath } = await makeTorrentFixture(owner, { content: FOLDER });
  const made = await createTorrent(dataPath, {
    version,
    announceTiers: [[tracker.url]],
    pieceLength: 65_536,
  });
  const folder = await makeTempFolder(owner);
  await cp(dataPath, join(folder, basename(dataPath)), { recursive: true });
  const torrent = join(await makeTempFolder(owner), 'sample.torrent');
  await writeFile(torrent, made.torrent);
  const seed = await client.start(owner, { torrent, folder, port, address });
  await seed.finished(DEADLINE_MS);
  const { infoHash } = made.metainfo;
  const magnet = `magnet:?xt=urn:btih:${Buffer.from(infoHash).toString('hex')}&tr=${encodeURIComponent(tracker.url)}`;
  return { seed, metainfo: made.metainfo, dataPath, magnet };
}

for (const [tool, client] of clients) {
  test(`mirrors from ${client.name}, which the tracker names`, async (t) => {
    if (requireTool(t, tool) === undefined) return;
    const { metainfo, dataPath } = await seedWith(t, client);
    const mirror = await mirrorFixture(t, { metainfo }, []);
    await torrentState(mirror.node, mirror.torrent, 'seeding', 'failed');
    assert.deepEqual(await checksums(mirror.dataPath), await checksums(dataPath));
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

test('mirrors over IPv6, and gets the metadata of a magnet link over it', async (t) => {
  if (requireTool(t, 'libtorrent') === undefined) return;
  const { metainfo, magnet, dataPath } = await seedWith(t, libtorrent, { address: '::1' });
  const mirror = await mirrorFixture(t, { metainfo }, [], { host: '::1' });
  const torrent = await mirror.node.fetchMetadata(parseMagnet(magnet), AbortSignal.timeout(DEADLINE_MS));
  assert.deepEqual(parseMetainfo(torrent).infoBytes, metainfo.infoBytes);
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
