import assert from 'node:assert/strict';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { toHex } from '../../src/bittorrent/hex.ts';
import { parseMagnet } from '../../src/bittorrent/magnet.ts';
import { parseMetainfo } from '../../src/bittorrent/metainfo/parse.ts';
import { startLibtorrent } from '../support/clients/libtorrent.ts';
import { checksums } from '../support/data.ts';
import { eventually } from '../support/eventually.ts';
import { loopbackPeer, startMirrorNode } from '../support/mirrored-torrent.ts';
import { runSeedbed, startSeedbed } from '../support/seedbed.ts';
import { torrentState } from '../support/seeded-torrent.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { requireTool } from '../support/tools.ts';
import { makeV2Fixture } from '../support/v2-fixture.ts';

const DEADLINE_MS = 60_000;
const KIB = 1024;

/** What has every shape of tree: see test/interop/hash-requests.test.ts. */
const shapes: Readonly<Record<string, readonly [number, Parameters<typeof makeV2Fixture>[1]['content']]>> = {
  'many pieces, the last one short': [64 * KIB, 5_000_001],
  'one piece behind 512 others': [16 * KIB, 513 * 16 * KIB],
  'files of one piece and of more': [
    32 * KIB,
    { 'a.bin': 100_000, 'deep/er/b.bin': 32 * KIB, 'z.bin': 1_000_001 },
  ],
};

for (const [shape, [pieceLength, content]] of Object.entries(shapes))
  for (const [version, names] of [
    ['v2', ['v2']],
    ['hybrid', ['v1', 'v2']],
    ['hybrid', ['v2']],
  ] as const)
    test(`mirrors a ${version} torrent from libtorrent by a magnet link that names ${names.join(' and ')}: ${shape}`, async (t) => {
      if (requireTool(t, 'libtorrent') === undefined) return;
      const fixture = await makeV2Fixture(t, { content, pieceLength, version });
      const folder = await makeTempFolder(t);
      await cp(fixture.dataPath, join(folder, basename(fixture.dataPath)), { recursive: true });
      const torrent = join(await makeTempFolder(t), 'sample.torrent');
      await writeFile(torrent, fixture.torrent);
      const seed = await startLibtorrent(t, { torrent, folder });
      await seed.finished(DEADLINE_MS);
      const { infoHash, infoHashV2 = new Uint8Array() } = fixture.metainfo;
      const topics = { v1: `urn:btih:${toHex(infoHash)}`, v2: `urn:btmh:1220${toHex(infoHashV2)}` };
      const link = `magnet:?${names.map((name) => `xt=${topics[name]}`).join('&')}&x.pe=127.0.0.1:${seed.port}`;
      const node = await startMirrorNode(t);
      const found = parseMetainfo(
        await node.fetchMetadata(parseMagnet(link), AbortSignal.timeout(DEADLINE_MS)),
      );
      assert.deepEqual(found.infoBytes, fixture.metainfo.infoBytes);
      assert.deepEqual(found.pieceLayers, fixture.metainfo.pieceLayers);
      const dataPath = join(await makeTempFolder(t), 'sample');
      const mirror = node.add({
        metainfo: found,
        dataPath,
        isMirrored: true,
        peers: [loopbackPeer(seed.port)],
      });
      await torrentState(node, mirror, 'seeding', 'failed');
      assert.deepEqual(await checksums(dataPath), await checksums(fixture.dataPath));
    });

test('seedbed mirrors a v2 torrent by its magnet link, and goes on after a restart', async (t) => {
  if (requireTool(t, 'libtorrent') === undefined) return;
  const fixture = await makeV2Fixture(t, { content: 3_000_001, pieceLength: 16 * KIB });
  const folder = await makeTempFolder(t);
  await cp(fixture.dataPath, join(folder, 'sample'));
  const torrent = join(await makeTempFolder(t), 'sample.torrent');
  await writeFile(torrent, fixture.torrent);
  const seed = await startLibtorrent(t, { torrent, folder });
  await seed.finished(DEADLINE_MS);
  const link = `magnet:?xt=urn:btmh:1220${toHex(fixture.metainfo.infoHashV2 ?? new Uint8Array())}&x.pe=127.0.0.1:${seed.port}`;
  const target = await makeTempFolder(t);
  const dataDir = join(await makeTempFolder(t), 'data');
  const first = await startSeedbed(t, { dataDir });
  await runSeedbed(['mirror', link, '--to', target, '--data-dir', dataDir]);
  const state = async (): Promise<string> =>
    (JSON.parse(await runSeedbed(['list', '--json', '--data-dir', dataDir])) as { state: string }).state;
  await eventually('all of the data', async () => (await state()) === 'seeding');
  assert.deepEqual(await readFile(join(target, 'sample')), await readFile(fixture.dataPath));
  await first.process.stop();
  await startSeedbed(t, { dataDir, httpPort: first.httpPort, peerPort: first.peerPort });
  await eventually('it to be seeded again', async () => (await state()) === 'seeding');
});
