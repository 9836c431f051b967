import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { checksums } from '../../../../support/data.ts';
import { type Misbehaviour, startFileServer } from '../../../../support/file-server.ts';
import { torrentState } from '../../../../support/seeded-torrent.ts';
import { mirrorFromWeb, webSeedFixture } from '../../../../support/web-seeded.ts';

/** Knows no ranges: each answer is the whole file, and the bytes that were sent are counted. */
function wholeFiles(files: Readonly<Record<string, Buffer>>): { misbehave: Misbehaviour; whole: string[] } {
  const whole: string[] = [];
  const misbehave: Misbehaviour = (request, response) => {
    const path = decodeURIComponent(request.url ?? '');
    const data = files[path];
    if (data === undefined) return false;
    whole.push(path);
    response.writeHead(200, { 'Content-Length': data.length }).end(data);
    return true;
  };
  return { misbehave, whole };
}

test('of a server without ranges a large file is read in its order, in few goes', async (t) => {
  const { fixture, files } = await webSeedFixture(t, { content: 20_000_000, pieceLength: 262_144 });
  const { misbehave, whole } = wholeFiles(files);
  const server = await startFileServer(t, {}, { misbehave });
  const { node, torrent, dataPath } = await mirrorFromWeb(t, fixture.metainfo, { webSeeds: [server.url] });
  await torrentState(node, torrent, 'seeding', 'failed');
  assert.deepEqual(await readFile(dataPath), fixture.data);
  assert.ok(whole.length <= 6, `the file was sent ${whole.length} times`);
  assert.equal(node.counters.webSourceFailures, 0);
});

test('of a server without ranges a folder is read', async (t) => {
  const content = { 'a.bin': 900_000, 'b.bin': 70_000, 'c.bin': 1_200_000, 'd.bin': 5 };
  const { fixture, files } = await webSeedFixture(t, { content });
  const { misbehave } = wholeFiles(files);
  const server = await startFileServer(t, {}, { misbehave });
  const { node, torrent, dataPath } = await mirrorFromWeb(t, fixture.metainfo, { webSeeds: [server.url] });
  await torrentState(node, torrent, 'seeding', 'failed');
  assert.deepEqual(await checksums(dataPath), await checksums(fixture.dataPath));
  assert.equal(node.counters.webSourceFailures, 0);
});

test('goes on in the middle of a file through a server without ranges', async (t) => {
  const { fixture, files } = await webSeedFixture(t, { content: 3_000_000 });
  const { misbehave, whole } = wholeFiles(files);
  const server = await startFileServer(t, {}, { misbehave });
  const { node, torrent, dataPath } = await mirrorFromWeb(t, fixture.metainfo, { webSeeds: [server.url] });
  await torrentState(node, torrent, 'seeding');
  node.remove(torrent.infoHash);
  await writeFile(dataPath, fixture.data.subarray(0, 2_000_000));
  const before = whole.length;
  const metainfo = { ...fixture.metainfo, webSeeds: [server.url] };
  const again = node.add({ metainfo, dataPath, isMirrored: true });
  await torrentState(node, again, 'seeding');
  assert.deepEqual(await readFile(dataPath), fixture.data);
  assert.ok(whole.length - before <= 4, `the file was sent ${whole.length - before} times`);
});
