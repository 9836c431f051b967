import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { DEFAULT_PREFERENCES } from '../../../../../src/seeder/torrents/torrent-preferences.ts';
import { startFileServer } from '../../../../support/file-server.ts';
import { startMirrorNode } from '../../../../support/mirrored-torrent.ts';
import { torrentState } from '../../../../support/seeded-torrent.ts';
import { makeTempFolder } from '../../../../support/temp-folder.ts';
import { webSeedFixture } from '../../../../support/web-seeded.ts';

/** Pieces of 32 KiB. */
const CONTENT = { 'a.bin': 400_000, 'b.bin': 300_000, 'c.bin': 400_000 };

test('of a web seed, too, only the files that are wanted are fetched, those first that come first', async (t) => {
  const { fixture, files } = await webSeedFixture(t, { content: CONTENT });
  const server = await startFileServer(t, files);
  const node = await startMirrorNode(t);
  const dataPath = join(await makeTempFolder(t), fixture.metainfo.info.name);
  const filePriorities = [
    { files: 'a.bin', priority: 0 },
    { files: 'c.bin', priority: 7 },
  ];
  const pieces: number[] = [];
  node.on('downloaded', (_torrent, piece) => pieces.push(piece));
  const torrent = node.add({
    metainfo: { ...fixture.metainfo, webSeeds: [server.url] },
    dataPath,
    isMirrored: true,
    preferences: { ...DEFAULT_PREFERENCES, filePriorities },
  });
  await torrentState(node, torrent, 'seeding', 'failed');
  assert.equal(torrent.failure, undefined);
  assert.deepEqual(await readFile(join(dataPath, 'b.bin')), fixture.data.subarray(400_000, 700_000));
  assert.deepEqual(await readFile(join(dataPath, 'c.bin')), fixture.data.subarray(700_000));
  const [first] = pieces;
  assert.ok(first !== undefined && first >= Math.floor(700_000 / 32_768), `piece ${first} came first`);
  assert.ok(torrent.downloadedBytes <= 700_000 + 32_768, `${torrent.downloadedBytes} bytes were fetched`);
});
