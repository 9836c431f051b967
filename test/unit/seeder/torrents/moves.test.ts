import assert from 'node:assert/strict';
import { cp, link, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { infoHashToHex } from '../../../../src/bittorrent/info-hash.ts';
import { makePeerId } from '../../../../src/bittorrent/peer-id.ts';
import type { SeedNode } from '../../../../src/seeder/seed-node.ts';
import type { Torrent } from '../../../../src/seeder/torrent.ts';
import { resumeFor } from '../../../../src/seeder/torrents/resume.ts';
import { DEFAULT_PREFERENCES } from '../../../../src/seeder/torrents/torrent-preferences.ts';
import { checksums } from '../../../support/data.ts';
import { eventually } from '../../../support/eventually.ts';
import { foreignFolder } from '../../../support/foreign-folder.ts';
import { loopbackPeer, mirrorFixture, startMirrorNode } from '../../../support/mirrored-torrent.ts';
import {
  makeTorrentFixture,
  seedFixture,
  type TorrentFixture,
  torrentState,
} from '../../../support/seeded-torrent.ts';
import { makeTempFolder } from '../../../support/temp-folder.ts';

const FILES = { 'a.bin': 150_001, 'deep/b.bin': 300_000, 'empty.bin': 0 };

interface Watched {
  readonly moved: () => number;
  readonly failed: () => string | undefined;
}

function watch(node: SeedNode): Watched {
  let moved = 0;
  let failed: string | undefined;
  node.on('moved', () => moved++);
  node.on('moveFailed', (_torrent, { code }) => {
    failed = code;
  });
  return { moved: () => moved, failed: () => failed };
}

/** A node that seeds the fixture from a folder of its own, and the sums of its data. */
async function seeded(t: TestContext, fixture: TorrentFixture) {
  const { node, torrent, port } = await seedFixture(t, fixture);
  return { node, torrent, port, sums: await checksums(fixture.dataPath), ...watch(node) };
}

/** That the torrent is served from where it is said to lie. */
async function assertServed(t: TestContext, fixture: TorrentFixture, node: SeedNode): Promise<void> {
  const peerId = makePeerId(new Uint8Array(12).fill(0x70));
  const copy = await mirrorFixture(t, fixture, [loopbackPeer(node.port)], { peerId });
  await torrentState(copy.node, copy.torrent, 'seeding', 'failed');
  assert.equal(copy.torrent.failure, undefined);
}

test('the data of a torrent that is seeded moves to another folder, and is served from there', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: FILES });
  const { node, torrent, moved, sums } = await seeded(t, fixture);
  const folder = await makeTempFolder(t);
  node.setPreferences(torrent.infoHash, { moveTo: folder });
  await eventually('it is moved', () => moved() === 1);
  assert.deepEqual([torrent.dataPath, torrent.preferences.moveTo], [join(folder, 'sample'), null]);
  assert.deepEqual(await checksums(join(folder, 'sample')), sums);
  assert.deepEqual(await readdir(dirname(fixture.dataPath)), []);
  assert.deepEqual(await readdir(folder), ['sample']);
  assert.deepEqual([torrent.state, torrent.moveProgress], ['seeding', undefined]);
  await assertServed(t, fixture, node);
});

test('a torrent of one file moves, too', async (t) => {
  const fixture = await makeTorrentFixture(t);
  const { node, torrent, moved } = await seeded(t, fixture);
  const folder = await makeTempFolder(t);
  node.setPreferences(torrent.infoHash, { moveTo: folder });
  await eventually('it is moved', () => moved() === 1);
  assert.deepEqual(await readFile(join(folder, 'sample')), fixture.data);
});

test('a download moves when it is finished, with what it keeps of files that are not wanted', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: FILES });
  const { port } = await seedFixture(t, fixture);
  const node = await startMirrorNode(t, { usesPartNames: true });
  const { moved } = watch(node);
  const [first, folder] = [await makeTempFolder(t), await makeTempFolder(t)];
  const filePriorities = [{ files: 'a.bin', priority: 0 }];
  const torrent = node.add({
    metainfo: fixture.metainfo,
    dataPath: join(first, 'sample'),
    isMirrored: true,
    peers: [loopbackPeer(port)],
    preferences: { ...DEFAULT_PREFERENCES, moveTo: folder, filePriorities },
  });
  await eventually('it is moved', () => moved() === 1);
  assert.equal(torrent.isFinished, true);
  assert.deepEqual(await readdir(first), []);
  const parts = `.seedbed-parts-${infoHashToHex(torrent.infoHash)}`;
  assert.deepEqual((await readdir(join(folder, 'sample'))).sort(), [parts, 'deep', 'empty.bin']);
  node.setPreferences(torrent.infoHash, { filePriorities: [] });
  await torrentState(node, torrent, 'downloading');
  node.addPeers(torrent.infoHash, [loopbackPeer(port)]);
  await torrentState(node, torrent, 'seeding', 'failed');
  assert.deepEqual(await checksums(join(folder, 'sample')), await checksums(fixture.dataPath));
});

test('files of others in the folder stay, and nothing in the new place is written over', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: FILES });
  const { node, torrent, moved, failed } = await seeded(t, fixture);
  const folder = await makeTempFolder(t);
  await writeFile(join(fixture.dataPath, 'notes.txt'), 'mine');
  await mkdir(join(folder, 'sample'));
  await writeFile(join(folder, 'sample/a.bin'), 'my diary');
  node.setPreferences(torrent.infoHash, { moveTo: folder });
  await eventually('it is refused', () => failed());
  assert.deepEqual([failed(), torrent.moveError?.code], ['ERR_TARGET_OCCUPIED', 'ERR_TARGET_OCCUPIED']);
  assert.deepEqual([torrent.state, torrent.dataPath], ['seeding', fixture.dataPath]);
  await rm(join(folder, 'sample'), { recursive: true });
  node.setPreferences(torrent.infoHash, { moveTo: folder });
  await eventually('it is moved', () => moved() === 1);
  assert.deepEqual(await readdir(fixture.dataPath), ['notes.txt']);
});

test('data that another torrent has as well is not moved, nor to the place of another', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: FILES });
  const { node, torrent, failed } = await seeded(t, fixture);
  const other = await makeTorrentFixture(t, { content: FILES, pieceLength: 65_536 });
  node.add({ metainfo: other.metainfo, dataPath: fixture.dataPath });
  node.setPreferences(torrent.infoHash, { moveTo: await makeTempFolder(t) });
  await eventually('it is refused', () => failed());
  assert.equal(torrent.moveError?.code, 'ERR_TARGET_OCCUPIED');
  assert.equal(torrent.dataPath, fixture.dataPath);
});

/** Ends in the middle of a move, in each of the ways in which a crash can leave the disk. */
const CRASHES: Readonly<Record<string, (from: string, to: string, temporary: string) => Promise<void>>> = {
  'before anything was brought': async () => {},
  'in the middle of bringing files': async (from, _to, temporary) => {
    await mkdir(join(temporary, 'deep'), { recursive: true });
    await link(join(from, 'a.bin'), join(temporary, 'a.bin'));
    await writeFile(join(temporary, 'deep/b.bin.copying'), 'half');
  },
  'after all was put in its place': async (from, to) => {
    await cp(from, to, { recursive: true, preserveTimestamps: true });
  },
  'in the middle of removing the old files': async (from, to) => {
    await cp(from, to, { recursive: true, preserveTimestamps: true });
    await rm(join(from, 'a.bin'));
  },
  'after the old files were removed': (from, to) => rename(from, to),
};

for (const [when, crash] of Object.entries(CRASHES))
  test(`a crash ${when} loses nothing, and the next start ends the move`, async (t) => {
    const fixture = await makeTorrentFixture(t, { content: FILES });
    const { node, torrent, sums } = await seeded(t, fixture);
    const resume = await resumeFor(fixture.metainfo, fixture.dataPath);
    await node.stop();
    const folder = await makeTempFolder(t);
    const [from, to] = [fixture.dataPath, join(folder, 'sample')];
    await crash(from, to, join(folder, `.seedbed-moving-${infoHashToHex(torrent.infoHash)}`));
    const second = await startMirrorNode(t);
    const { moved } = watch(second);
    const preferences = { ...DEFAULT_PREFERENCES, moveTo: folder };
    const { metainfo } = fixture;
    const again: Torrent = second.add({ metainfo, dataPath: from, resume, preferences });
    await torrentState(second, again, 'seeding', 'failed');
    assert.equal(again.failure, undefined);
    await eventually('it is moved', () => moved() === 1);
    assert.deepEqual([again.dataPath, again.preferences.moveTo], [to, null]);
    assert.deepEqual(await checksums(to), sums);
    assert.deepEqual(await readdir(folder), ['sample']);
    assert.deepEqual(await readdir(dirname(from)), []);
    await assertServed(t, fixture, second);
  });

test('on another file system it is copied, with its times, and what an earlier run copied is kept', async (t) => {
  const folder = await foreignFolder(t);
  if (folder === undefined) return t.skip('there is no other file system');
  const fixture = await makeTorrentFixture(t, { content: FILES });
  const { node, torrent, moved, sums } = await seeded(t, fixture);
  const temporary = join(folder, `.seedbed-moving-${infoHashToHex(torrent.infoHash)}`);
  await mkdir(temporary);
  await cp(join(fixture.dataPath, 'a.bin'), join(temporary, 'a.bin'), { preserveTimestamps: true });
  const kept = await stat(join(temporary, 'a.bin'));
  node.setPreferences(torrent.infoHash, { moveTo: folder });
  await eventually('it is moved', () => moved() === 1);
  assert.deepEqual(await checksums(join(folder, 'sample')), sums);
  assert.equal((await stat(join(folder, 'sample/a.bin'))).ino, kept.ino);
  assert.deepEqual(await readdir(folder), ['sample']);
  assert.deepEqual(await readdir(dirname(fixture.dataPath)), []);
  await assertServed(t, fixture, node);
});

test('a move that is taken back leaves the data where it is, and nothing at the other place', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: FILES });
  const { node, torrent, moved, failed, sums } = await seeded(t, fixture);
  const folder = await makeTempFolder(t);
  node.setPreferences(torrent.infoHash, { moveTo: folder });
  node.setPreferences(torrent.infoHash, { moveTo: null });
  await node.stop();
  assert.deepEqual([moved(), failed(), torrent.dataPath], [0, undefined, fixture.dataPath]);
  assert.deepEqual(await checksums(fixture.dataPath), sums);
  assert.deepEqual(await readdir(folder), []);
});

test('a folder that is missing is an error, and the data stays', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: FILES });
  const { node, torrent, failed } = await seeded(t, fixture);
  node.setPreferences(torrent.infoHash, { moveTo: join(await makeTempFolder(t), 'not-mounted') });
  await eventually('it is refused', () => failed());
  assert.deepEqual(
    [failed(), torrent.state, torrent.dataPath],
    ['ERR_STORAGE_MISSING', 'seeding', fixture.dataPath],
  );
});
