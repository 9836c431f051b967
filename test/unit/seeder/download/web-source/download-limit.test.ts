import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '../../../../support/eventually.ts';
import { startFileServer } from '../../../../support/file-server.ts';
import { torrentState } from '../../../../support/seeded-torrent.ts';
import { mirrorFromWeb, webSeedFixture } from '../../../../support/web-seeded.ts';

const MEBIBYTE = 1 << 20;

test('a web seed is held within a download limit, and not asked for every block', async (t) => {
  const { fixture, files } = await webSeedFixture(t, { content: 3 * MEBIBYTE, pieceLength: 1 << 18 });
  const server = await startFileServer(t, files);
  const { node, torrent } = await mirrorFromWeb(
    t,
    fixture.metainfo,
    { webSeeds: [server.url] },
    { downloadRates: { limits: { node: MEBIBYTE }, isLocalLimited: true } },
  );
  await eventually('the first block', () => node.counters.downloadedBytes > 0, { intervalMs: 5 });
  const begin = performance.now();
  await torrentState(node, torrent, 'seeding', 'failed');
  const seconds = (performance.now() - begin) / 1000;
  assert.ok(seconds > 2, `${seconds} s`);
  assert.ok(server.requests.length <= 8 + 4 * seconds, `${server.requests.length} requests in ${seconds} s`);
});
