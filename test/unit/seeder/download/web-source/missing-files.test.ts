import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checksums } from '../../../../support/data.ts';
import { eventually } from '../../../../support/eventually.ts';
import { startFileServer } from '../../../../support/file-server.ts';
import { torrentState } from '../../../../support/seeded-torrent.ts';
import { ManualClock } from '../../../../support/seeder-clock.ts';
import { mirrorFromWeb, onlySource, passTime, webSeedFixture } from '../../../../support/web-seeded.ts';

const FOLDER = { content: { 'a.bin': 200_000, 'b.bin': 300_001, 'c.bin': 90_000 } };

test('a file that a server does not have is asked of another, the rest of both', async (t) => {
  const { fixture, files } = await webSeedFixture(t, FOLDER);
  const { '/sample/b.bin': b, ...others } = files;
  const first = await startFileServer(t, others);
  const second = await startFileServer(t, { '/sample/b.bin': b ?? Buffer.alloc(0) });
  const { node, torrent, dataPath } = await mirrorFromWeb(t, fixture.metainfo, {
    webSeeds: [first.url, second.url],
  });
  // Pieces with bytes of two files are whole at neither server: they come from a third.
  await torrentState(node, torrent, 'downloading');
  await eventually('what there is', () => torrent.completedFraction >= 13 / 19);
  assert.ok(first.requests.filter((line) => line.startsWith('/sample/b.bin')).length <= 2);
  assert.deepEqual(
    [...torrent.webSources].map(({ state }) => state),
    ['active', 'active'],
  );
  const third = await startFileServer(t, files);
  node.remove(torrent.infoHash);
  const metainfo = { ...fixture.metainfo, webSeeds: [first.url, third.url] };
  const again = node.add({ metainfo, dataPath, isMirrored: true });
  await torrentState(node, again, 'seeding');
  assert.deepEqual(await checksums(dataPath), await checksums(fixture.dataPath));
});

test('a file of another length is left out', async (t) => {
  const { fixture, files } = await webSeedFixture(t, FOLDER);
  const server = await startFileServer(t, { ...files, '/sample/b.bin': Buffer.alloc(299_000) });
  const { node, torrent } = await mirrorFromWeb(t, fixture.metainfo, { webSeeds: [server.url] });
  await torrentState(node, torrent, 'downloading');
  await eventually('the other files', () => torrent.completedFraction >= 7 / 19);
  assert.equal(onlySource(torrent).state, 'active');
  assert.equal(node.counters.badPieces, 0);
});

test('pieces that nobody can finish do not take the memory of the others', async (t) => {
  const { fixture, files } = await webSeedFixture(t, {
    content: Object.fromEntries(
      Array.from({ length: 40 }, (_, at) => [`${String(at).padStart(2, '0')}.bin`, 40_000]),
    ),
  });
  for (let at = 1; at < 20; at += 2) delete files[`/sample/${String(at).padStart(2, '0')}.bin`];
  const server = await startFileServer(t, files);
  const clock = new ManualClock();
  const limits = { downloadBytes: 4 * 32_768 };
  const { node, torrent } = await mirrorFromWeb(
    t,
    fixture.metainfo,
    { webSeeds: [server.url] },
    { clock, limits },
  );
  await torrentState(node, torrent, 'downloading');
  const lastHalf = (): boolean => {
    for (let piece = 25; piece < torrent.pieceCount; piece++) if (!torrent.hasPiece(piece)) return false;
    return true;
  };
  await passTime(clock, 'what there is', lastHalf);
});

test('a server that has none of the files is asked again later', async (t) => {
  const { fixture, files } = await webSeedFixture(t, FOLDER);
  const there: Record<string, Buffer> = {};
  const server = await startFileServer(t, there);
  const clock = new ManualClock();
  const { node, torrent } = await mirrorFromWeb(t, fixture.metainfo, { webSeeds: [server.url] }, { clock });
  await torrentState(node, torrent, 'downloading');
  const source = onlySource(torrent);
  await passTime(clock, 'the failure', () => source.state === 'waiting');
  assert.equal(source.error?.code, 'ERR_FILE_MISSING');
  Object.assign(there, files);
  await passTime(clock, 'all data', () => torrent.state === 'seeding');
});
