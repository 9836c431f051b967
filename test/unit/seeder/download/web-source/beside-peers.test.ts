import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { makePeerId } from '../../../../../src/bittorrent/peer-id.ts';
import { checksums } from '../../../../support/data.ts';
import { startFakeSeed } from '../../../../support/fake-seed.ts';
import { startFileServer } from '../../../../support/file-server.ts';
import { loopbackPeer, startMirrorNode } from '../../../../support/mirrored-torrent.ts';
import { torrentState } from '../../../../support/seeded-torrent.ts';
import { makeTempFolder } from '../../../../support/temp-folder.ts';
import { webSeedFixture } from '../../../../support/web-seeded.ts';

test('what a peer lacks comes from a web seed, and the other way round', async (t) => {
  const { fixture, files } = await webSeedFixture(t, {
    content: { 'a.bin': 20 * 32_768, 'b.bin': 20 * 32_768 },
  });
  const { '/sample/a.bin': a = Buffer.alloc(0), ...others } = files;
  const partial = await startMirrorNode(t, { peerId: makePeerId(new Uint8Array(12).fill(3)) });
  const partPath = join(await makeTempFolder(t), 'sample');
  await mkdir(partPath);
  await writeFile(join(partPath, 'a.bin'), a);
  const part = partial.add({ metainfo: fixture.metainfo, dataPath: partPath, isMirrored: true });
  await torrentState(partial, part, 'downloading');
  const server = await startFileServer(t, others);
  const node = await startMirrorNode(t);
  const dataPath = join(await makeTempFolder(t), 'sample');
  const metainfo = { ...fixture.metainfo, webSeeds: [server.url] };
  const peers = [loopbackPeer(partial.port)];
  const torrent = node.add({ metainfo, dataPath, isMirrored: true, peers });
  await torrentState(node, torrent, 'seeding', 'failed');
  assert.deepEqual(await checksums(dataPath), await checksums(fixture.dataPath));
  assert.equal(node.counters.webSourceBytes, 20 * 32_768);
  assert.ok(torrent.downloadedBytes >= 40 * 32_768);
});

test('of a web seed and a peer that gave a bad piece together, the liar is banned', async (t) => {
  const { fixture, files } = await webSeedFixture(t, { content: 1_048_576, pieceLength: 524_288 });
  let lies = 0;
  const liar = await startFakeSeed(t, fixture, {
    answer: (data) => (lies++ < 4 ? Buffer.alloc(data.length, 1) : data),
  });
  const server = await startFileServer(t, files);
  const node = await startMirrorNode(t);
  const dataPath = join(await makeTempFolder(t), 'sample');
  const metainfo = { ...fixture.metainfo, webSeeds: [server.url] };
  const torrent = node.add({ metainfo, dataPath, isMirrored: true, peers: [loopbackPeer(liar.port)] });
  await torrentState(node, torrent, 'seeding', 'failed');
  assert.equal(torrent.failure, undefined);
  assert.equal(node.counters.webSourcesBanned, 0);
});
