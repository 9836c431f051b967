import assert from 'node:assert/strict';
import { readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setBit } from '../../../../src/seeder/bits.ts';
import { allocateFiles } from '../../../../src/seeder/disk/allocate-files.ts';
import { storedFiles } from '../../../../src/seeder/disk/storage-layout.ts';
import { loopbackPeer, mirrorFixture, startMirrorNode } from '../../../support/mirrored-torrent.ts';
import { mountDisk, NO_MOUNT } from '../../../support/mounted.ts';
import { makeTorrentFixture, seedFixture, torrentState } from '../../../support/seeded-torrent.ts';
import { makeTempFolder } from '../../../support/temp-folder.ts';

const PIECE = 32_768;
const MIB = 1024 * 1024;

test('a download takes its room on the disk before anything is fetched', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: { 'a.bin': 3 * MIB, 'b.bin': MIB } });
  const { port } = await seedFixture(t, fixture);
  const { node, torrent, dataPath } = await mirrorFixture(t, fixture, [], { allocation: 'full' });
  const fractions: number[] = [];
  node.on('checkProgress', (_torrent, fraction) => fractions.push(fraction));
  await torrentState(node, torrent, 'downloading', 'failed');
  const { blocks, size } = await stat(join(dataPath, 'a.bin'));
  assert.ok(blocks * 512 >= size, `${blocks} blocks for ${size} bytes`);
  assert.equal(fractions.at(-1), 1);
  node.addPeers(torrent.infoHash, [loopbackPeer(port)]);
  await torrentState(node, torrent, 'seeding', 'failed');
  assert.deepEqual(await readFile(join(dataPath, 'b.bin')), fixture.data.subarray(3 * MIB));
});

test('pieces that are good are let alone, and so is what is not wanted', async (t) => {
  const { metainfo, data } = await makeTorrentFixture(t, { content: 4 * PIECE });
  const path = join(await makeTempFolder(t), 'sample');
  await writeFile(path, data.subarray(0, 2 * PIECE));
  await truncate(path, data.length);
  const bits = new Uint8Array(1);
  setBit(bits, 1, true);
  const { signal } = new AbortController();
  await allocateFiles(storedFiles(metainfo.info, path), {
    pieceLength: PIECE,
    bits,
    signal,
    onProgress: () => {},
  });
  const expected = Buffer.alloc(data.length);
  data.copy(expected, PIECE, PIECE, 2 * PIECE);
  assert.deepEqual(await readFile(path), expected);
});

test('it can be given up in the middle', async (t) => {
  const { metainfo } = await makeTorrentFixture(t, { content: 4 * MIB });
  const path = join(await makeTempFolder(t), 'sample');
  await writeFile(path, '');
  await truncate(path, 4 * MIB);
  const control = new AbortController();
  const allocating = allocateFiles(storedFiles(metainfo.info, path), {
    pieceLength: PIECE,
    bits: new Uint8Array(Math.ceil(metainfo.info.pieceCount / 8)),
    signal: control.signal,
    onProgress: () => control.abort(),
  });
  await assert.rejects(allocating, { name: 'AbortError' });
  assert.ok((await stat(path)).blocks * 512 < 4 * MIB);
});

test('a disk that is too full says so before anything is fetched', async (t) => {
  const folder = await mountDisk(t, 'size=1m');
  if (folder === undefined) return t.skip(NO_MOUNT);
  const { metainfo } = await makeTorrentFixture(t, { content: 4 * MIB });
  const path = join(folder, 'sample');
  await writeFile(path, '');
  await truncate(path, 4 * MIB);
  const allocating = allocateFiles(storedFiles(metainfo.info, path), {
    pieceLength: PIECE,
    bits: new Uint8Array(Math.ceil(metainfo.info.pieceCount / 8)),
    signal: new AbortController().signal,
    onProgress: () => {},
  });
  await assert.rejects(allocating, { code: 'ERR_STORAGE_FULL', path });
});

test('what was allocated is not asked for again, on a disk that has no room for it twice', async (t) => {
  const folder = await mountDisk(t, 'size=6m');
  if (folder === undefined) return t.skip(NO_MOUNT);
  const { metainfo } = await makeTorrentFixture(t, { content: { a: 2 * MIB, b: 2 * MIB } });
  const node = await startMirrorNode(t, { allocation: 'full' });
  const torrent = node.add({ metainfo, dataPath: join(folder, 'sample'), isMirrored: true });
  await torrentState(node, torrent, 'downloading', 'failed');
  node.stopTorrent(torrent.infoHash);
  node.startTorrent(torrent.infoHash);
  await torrentState(node, torrent, 'downloading', 'failed');
  assert.equal(torrent.failure, undefined);
  await writeFile(join(folder, 'other'), Buffer.alloc(MIB));
  node.stopTorrent(torrent.infoHash);
  await truncate(join(folder, 'sample/a'), 0); // it needs its room anew
  await writeFile(join(folder, 'more'), Buffer.alloc(2 * MIB));
  node.startTorrent(torrent.infoHash);
  await torrentState(node, torrent, 'downloading', 'failed');
  assert.equal(torrent.error?.code, 'ERR_STORAGE_FULL');
});
