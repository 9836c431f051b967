import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { createTorrent } from '../../../../../src/builder/create-torrent.ts';
import { checksums } from '../../../../support/data.ts';
import { eventually } from '../../../../support/eventually.ts';
import { startFileServer } from '../../../../support/file-server.ts';
import { serveHttpSeed } from '../../../../support/http-seed.ts';
import { makeTorrentFixture, torrentState } from '../../../../support/seeded-torrent.ts';
import { ManualClock } from '../../../../support/seeder-clock.ts';
import { mirrorFromWeb, onlySource, passTime } from '../../../../support/web-seeded.ts';

test('fetches pieces of an HTTP seed (BEP 17)', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: { 'a.bin': 300_000, 'b.bin': 33 } });
  const server = await startFileServer(t, {}, { misbehave: serveHttpSeed(fixture) });
  const httpSeeds = [`${server.url}seed.php?key=1`];
  const { node, torrent, dataPath } = await mirrorFromWeb(t, fixture.metainfo, { httpSeeds });
  await torrentState(node, torrent, 'seeding', 'failed');
  assert.deepEqual(await checksums(dataPath), await checksums(fixture.dataPath));
  assert.match(server.requests[0] ?? '', /^\/seed\.php\?key=1&info_hash=[^&]+&piece=\d+&ranges=\d+-\d+$/);
});

test('an HTTP seed that has no time says for how long', async (t) => {
  const fixture = await makeTorrentFixture(t);
  let isBusy = true;
  const serve = serveHttpSeed(fixture);
  const server = await startFileServer(
    t,
    {},
    {
      misbehave: (request, response) =>
        isBusy ? Boolean(response.writeHead(503).end('90')) : serve(request, response),
    },
  );
  const clock = new ManualClock();
  const { node, torrent, dataPath } = await mirrorFromWeb(
    t,
    fixture.metainfo,
    { httpSeeds: [server.url] },
    { clock },
  );
  await torrentState(node, torrent, 'downloading');
  const source = onlySource(torrent);
  await eventually('the refusal', () => source.state === 'waiting');
  isBusy = false;
  const { length } = server.requests;
  clock.advance(88_000);
  assert.equal(server.requests.length, length);
  await passTime(clock, 'all data', () => torrent.state === 'seeding');
  assert.deepEqual(await readFile(dataPath), fixture.data);
});

test('an HTTP seed is not asked for a torrent that is v2 only', async (t) => {
  const { dataPath } = await makeTorrentFixture(t);
  const { metainfo } = await createTorrent(dataPath, { version: 'v2' });
  const { node, torrent } = await mirrorFromWeb(t, metainfo, { httpSeeds: ['http://127.0.0.1:1/'] });
  await torrentState(node, torrent, 'downloading');
  assert.equal(torrent.webSources.size, 0);
});
