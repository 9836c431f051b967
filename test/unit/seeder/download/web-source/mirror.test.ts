import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { TORRENT_VERSIONS } from '../../../../../src/bittorrent/metainfo/metainfo.ts';
import { createTorrent } from '../../../../../src/builder/create-torrent.ts';
import { checksums } from '../../../../support/data.ts';
import { startFileServer } from '../../../../support/file-server.ts';
import { makeTorrentFixture, torrentState } from '../../../../support/seeded-torrent.ts';
import { filesOf, mirrorFromWeb, webSeedFixture } from '../../../../support/web-seeded.ts';

const FOLDER = {
  'a.bin': 150_001,
  'deep/er/b c?#%.bin': 300_000,
  'empty.bin': 0,
  'Ünïcödé/名.bin': 70_000,
  'z.bin': 16_384,
};

test('fetches a file through a web seed alone, with few large requests over one or two connections', async (t) => {
  const { fixture, files } = await webSeedFixture(t, { content: 8_000_000, pieceLength: 65_536 });
  const server = await startFileServer(t, files);
  const { node, torrent, dataPath } = await mirrorFromWeb(t, fixture.metainfo, { webSeeds: [server.url] });
  await torrentState(node, torrent, 'seeding', 'failed');
  assert.deepEqual(await readFile(dataPath), fixture.data);
  assert.ok(server.requests.length <= 20, `${server.requests.length} requests`);
  assert.ok(server.connections().opened <= 2, `${server.connections().opened} connections`);
  assert.equal(node.counters.webSourceBytes, 8_000_000);
  assert.equal(torrent.downloadedBytes, 8_000_000);
});

for (const version of TORRENT_VERSIONS)
  test(`fetches the folder of a ${version} torrent, asking for no pad file`, async (t) => {
    const made = await makeTorrentFixture(t, { content: FOLDER });
    const { metainfo } = await createTorrent(made.dataPath, { version, pieceLength: 32_768 });
    const server = await startFileServer(t, await filesOf({ ...made, metainfo }));
    const { node, torrent, dataPath } = await mirrorFromWeb(t, metainfo, { webSeeds: [server.url] });
    await torrentState(node, torrent, 'seeding', 'failed');
    assert.deepEqual(await checksums(dataPath), await checksums(made.dataPath));
    assert.ok(!server.requests.some((line) => line.includes('.pad')));
    assert.equal(node.counters.webSourceFailures, 0);
  });
