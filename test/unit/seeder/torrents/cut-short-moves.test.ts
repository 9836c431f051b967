import assert from 'node:assert/strict';
import { readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { SeedNode } from '../../../../src/seeder/seed-node.ts';
import { encodeResume } from '../../../../src/seeder/torrents/resume.ts';
import { isStorageBack } from '../../../../src/seeder/torrents/storage-problem.ts';
import { rotByte } from '../../../support/corrupt.ts';
import { checksums } from '../../../support/data.ts';
import { eventually, withDeadline } from '../../../support/eventually.ts';
import { FaultyDisk } from '../../../support/faulty-disk.ts';
import { foreignFolder } from '../../../support/foreign-folder.ts';
import { loopbackPeer, mirrorFixture } from '../../../support/mirrored-torrent.ts';
import {
  type FixtureOptions,
  makeTorrentFixture,
  seedFixture,
  torrentState,
} from '../../../support/seeded-torrent.ts';
import { makeTempFolder } from '../../../support/temp-folder.ts';

const FILES = { 'a.bin': 50_000, 'deep/b.bin': 60_000 };

/** A disk that holds the looks at what lies below a folder: a move is held when it has put the data in its place. */
function heldBelow(folder: string): FaultyDisk {
  const disk = new FaultyDisk();
  disk.fault = (operation, path) =>
    operation === 'lookAt' && path.startsWith(join(folder, 'sample')) ? 'hold' : undefined;
  return disk;
}

async function isHeld(disk: FaultyDisk): Promise<void> {
  await eventually('the data is in its place', () => disk.heldCount > 0, { intervalMs: 5 });
}

function goOn(disk: FaultyDisk): void {
  disk.fault = () => undefined;
  disk.answer();
}

/** A node that seeds from a folder of its own, and is about to have moved the data to another. */
async function movedButNotTold(t: TestContext, content: FixtureOptions['content'] = FILES) {
  const fixture = await makeTorrentFixture(t, { content });
  const folder = await makeTempFolder(t);
  const disk = heldBelow(folder);
  const { node, torrent } = await seedFixture(t, fixture, { disk });
  node.setPreferences(torrent.infoHash, { moveTo: folder });
  await isHeld(disk);
  return { node, torrent, folder, disk, fixture, from: fixture.dataPath };
}

function nextEvent(node: SeedNode, name: 'moved' | 'moveFailed' | 'finished'): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  node.once(name, () => resolve());
  return withDeadline(`the event ${name}`, promise);
}

for (const [what, content, files] of [
  ['a folder', FILES, 2],
  ['a file', 50_000, 1],
] as const)
  test(`${what} removed with its data while it moves leaves nothing at either place`, async (t) => {
    const { node, torrent, folder, disk, from } = await movedButNotTold(t, content);
    const removed = node.removeWithData(torrent.infoHash);
    await eventually('it is removed', () => node.torrent(torrent.infoHash) === undefined, { intervalMs: 5 });
    goOn(disk);
    const { deletedFiles, keptCount } = await removed;
    assert.deepEqual([deletedFiles, keptCount], [files, 0]);
    assert.deepEqual(await readdir(folder), []);
    assert.deepEqual(await readdir(dirname(from)), []);
  });

test('a move elsewhere in the last moment leaves nothing at the place that was wanted before', async (t) => {
  const { node, torrent, folder, disk } = await movedButNotTold(t);
  const other = await makeTempFolder(t);
  const moved = nextEvent(node, 'moved');
  node.setPreferences(torrent.infoHash, { moveTo: other });
  goOn(disk);
  await moved;
  assert.equal(torrent.dataPath, join(other, 'sample'));
  assert.deepEqual(await readdir(folder), []);
  assert.deepEqual(await readdir(other), ['sample']);
});

test('a torrent that is stopped in the last moment of a move lies where it lay, and moves when it is started', async (t) => {
  const { node, torrent, folder, disk, from } = await movedButNotTold(t);
  const moved = nextEvent(node, 'moved');
  node.stopTorrent(torrent.infoHash);
  goOn(disk);
  assert.deepEqual([torrent.dataPath, (await readdir(from)).length], [from, 2]);
  node.startTorrent(torrent.infoHash);
  await moved;
  assert.deepEqual([torrent.dataPath, torrent.failure], [join(folder, 'sample'), undefined]);
  assert.deepEqual(await readdir(dirname(from)), []);
});

test('one that is removed in the last moment of a move and comes again has its data, and moves', async (t) => {
  const { node, torrent, folder, disk, fixture } = await movedButNotTold(t);
  const moved = nextEvent(node, 'moved');
  const { metainfo, dataPath } = fixture;
  const resume = encodeResume(metainfo, { bits: torrent.bitfield(), stamps: torrent.storage.stamps ?? [] });
  node.remove(torrent.infoHash);
  const again = node.add({ metainfo, dataPath, resume, preferences: torrent.preferences });
  goOn(disk);
  await moved;
  await torrentState(node, again, 'seeding', 'failed');
  assert.deepEqual([again.dataPath, again.failure], [join(folder, 'sample'), undefined]);
  assert.equal((await readdir(join(folder, 'sample'))).length, 2);
});

test('a move that a repair has cut short succeeds after the repair, to another disk too', async (t) => {
  const folder = await foreignFolder(t);
  if (folder === undefined) return t.skip('there is no other file system');
  const fixture = await makeTorrentFixture(t, { content: FILES });
  const { port } = await seedFixture(t, fixture);
  const disk = heldBelow(folder);
  const { node, torrent, dataPath } = await mirrorFixture(t, fixture, [loopbackPeer(port)], { disk });
  await nextEvent(node, 'finished');
  const refused = nextEvent(node, 'moveFailed');
  node.setPreferences(torrent.infoHash, { moveTo: folder });
  await isHeld(disk);
  await rotByte(join(dataPath, 'a.bin'), 10);
  const repaired = nextEvent(node, 'finished');
  node.recheck(torrent.infoHash, { pieces: [0] });
  await repaired;
  goOn(disk);
  await refused;
  assert.equal(torrent.moveError?.code, 'ERR_STORAGE_CHANGED');
  const moved = nextEvent(node, 'moved');
  node.setPreferences(torrent.infoHash, { moveTo: folder });
  await moved;
  assert.deepEqual(await checksums(join(folder, 'sample')), await checksums(fixture.dataPath));
  assert.deepEqual(await readdir(folder), ['sample']);
});

test('a move waits until what was fetched lies on the disk', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: FILES });
  const { port } = await seedFixture(t, fixture);
  const disk = new FaultyDisk();
  disk.fault = (operation) => (operation === 'flush' ? 200 : undefined);
  const limits = { maxOpenFiles: 1, resumeIntervalMs: 1e9 };
  const { node, torrent, dataPath } = await mirrorFixture(t, fixture, [loopbackPeer(port)], { disk, limits });
  await torrentState(node, torrent, 'seeding', 'failed');
  const folder = await makeTempFolder(t);
  const ended = Promise.all([nextEvent(node, 'finished'), nextEvent(node, 'moved')]);
  node.setPreferences(torrent.infoHash, { moveTo: folder });
  await ended;
  assert.deepEqual([torrent.state, torrent.failure], ['seeding', undefined]);
  assert.deepEqual(torrent.lastRecord?.stamps, torrent.storage.stamps);
  assert.deepEqual(await readdir(dirname(dataPath)), []);
});

test('a torrent that has failed for a file is back when its data is, though the file lies elsewhere by now', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: FILES });
  const { node, torrent } = await seedFixture(t, fixture);
  const from = torrent.dataPath;
  await rm(join(from, 'a.bin'));
  node.recheck(torrent.infoHash);
  await torrentState(node, torrent, 'failed');
  assert.equal(torrent.error?.path, join(from, 'a.bin'));
  assert.equal(await isStorageBack(torrent), false);
  const file = torrent.files[0];
  assert.ok(file);
  torrent.placeFile(0, { ...file, path: join(from, 'deep/b.bin') });
  assert.equal(await isStorageBack(torrent), true);
});
