import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Endpoint } from '../../../../src/bittorrent/endpoint.ts';
import { makePeerId } from '../../../../src/bittorrent/peer-id.ts';
import type { SeedNode } from '../../../../src/seeder/seed-node.ts';
import type { Torrent } from '../../../../src/seeder/torrent.ts';
import type { FileRule } from '../../../../src/seeder/torrents/file-rules.ts';
import { DEFAULT_PREFERENCES } from '../../../../src/seeder/torrents/torrent-preferences.ts';
import { eventually } from '../../../support/eventually.ts';
import { loopbackPeer, startMirrorNode } from '../../../support/mirrored-torrent.ts';
import {
  makeTorrentFixture,
  seedFixture,
  type TorrentFixture,
  torrentState,
} from '../../../support/seeded-torrent.ts';
import { makeTempFolder } from '../../../support/temp-folder.ts';

/** Pieces of 32 KiB: a has 0 to 4, b 4 to 13, c lies in 13, d has 13 to 19. */
const FILES = { 'a.bin': 150_001, 'deep/b.bin': 300_000, 'c.txt': 1_000, 'd.bin': 200_000 };
const ONLY_B: readonly FileRule[] = [
  { files: '*', priority: 0 },
  { files: 'b.bin', priority: 1 },
];

interface Mirror {
  readonly node: SeedNode;
  readonly torrent: Torrent;
  readonly dataPath: string;
  /** What was told to be remembered last. */
  readonly resume: () => string | null;
  readonly finished: () => number;
}

async function mirror(
  t: TestContext,
  { metainfo }: TorrentFixture,
  peers: readonly Endpoint[],
  {
    rules = ONLY_B,
    at,
    resume = null,
    id = 0x62,
  }: { rules?: readonly FileRule[]; at?: string; resume?: string | null; id?: number } = {},
): Promise<Mirror> {
  const node = await startMirrorNode(t, { peerId: makePeerId(new Uint8Array(12).fill(id)) });
  let [last, finished] = [resume, 0];
  node.on('resumeChanged', (_infoHash, text) => {
    last = text;
  });
  node.on('finished', () => finished++);
  const dataPath = at ?? join(await makeTempFolder(t), metainfo.info.name);
  const preferences = { ...DEFAULT_PREFERENCES, filePriorities: rules };
  const torrent = node.add({ metainfo, dataPath, isMirrored: true, peers, preferences, resume });
  return { node, torrent, dataPath, resume: () => last, finished: () => finished };
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort();
}

test('fetches the pieces of the files that are wanted, and makes no others', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: FILES });
  const { port, torrent: seed } = await seedFixture(t, fixture);
  const { node, torrent, dataPath, finished } = await mirror(t, fixture, [loopbackPeer(port)]);
  await torrentState(node, torrent, 'seeding', 'failed');
  assert.equal(torrent.failure, undefined);
  assert.deepEqual(
    [torrent.isFinished, torrent.isComplete, torrent.wantedBytes, torrent.wantedLeftBytes],
    [true, false, 300_000, 0],
  );
  assert.equal(torrent.completedFraction, 1);
  assert.ok(torrent.leftBytes > 300_000, `${torrent.leftBytes} bytes are left`);
  assert.deepEqual(await readFile(join(dataPath, 'deep/b.bin')), fixture.data.subarray(150_001, 450_001));
  const names = await filesBelow(dataPath);
  assert.deepEqual(names, [`.seedbed-parts-${Buffer.from(torrent.infoHash).toString('hex')}`, 'b.bin']);
  assert.ok(seed.uploadedBytes <= 10 * 32_768, `${seed.uploadedBytes} bytes were fetched`);
  await eventually('it is told', () => finished() === 1);
});

test('what pieces bring of other files is kept over a restart, and served', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: FILES });
  const { port } = await seedFixture(t, fixture);
  const first = await mirror(t, fixture, [loopbackPeer(port)]);
  await torrentState(first.node, first.torrent, 'seeding', 'failed');
  await eventually('it is told', () => first.finished() === 1);
  await first.node.stop();
  const again = await mirror(t, fixture, [], { at: first.dataPath, resume: first.resume() });
  await torrentState(again.node, again.torrent, 'seeding', 'failed');
  assert.deepEqual([again.torrent.hasPiece(4), again.torrent.hasPiece(13)], [true, true]);
  const other = await mirror(t, fixture, [loopbackPeer(again.node.port)], { id: 0x63 });
  await torrentState(other.node, other.torrent, 'seeding', 'failed');
  assert.equal(other.torrent.failure, undefined);
});

test('without a record the part file is hashed like everything else', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: FILES });
  const { port } = await seedFixture(t, fixture);
  const first = await mirror(t, fixture, [loopbackPeer(port)]);
  await torrentState(first.node, first.torrent, 'seeding', 'failed');
  await first.node.stop();
  const again = await mirror(t, fixture, [], { at: first.dataPath });
  await torrentState(again.node, again.torrent, 'seeding', 'failed', 'downloading');
  assert.equal(again.torrent.state, 'seeding');
});

test('more files that are wanted later are fetched, and nothing twice', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: FILES });
  const { port, torrent: seed } = await seedFixture(t, fixture);
  const { node, torrent, dataPath, finished } = await mirror(t, fixture, [loopbackPeer(port)]);
  await torrentState(node, torrent, 'seeding', 'failed');
  await eventually('it is told', () => finished() === 1);
  node.setPreferences(torrent.infoHash, { filePriorities: [] });
  await torrentState(node, torrent, 'downloading', 'failed');
  await torrentState(node, torrent, 'seeding', 'failed');
  assert.equal(torrent.failure, undefined);
  assert.equal(torrent.isComplete, true);
  assert.deepEqual(await filesBelow(dataPath), ['a.bin', 'b.bin', 'c.txt', 'd.bin']);
  for (const [at, name] of [
    [0, 'a.bin'],
    [450_001, 'c.txt'],
    [451_001, 'd.bin'],
  ] as const)
    assert.deepEqual(
      await readFile(join(dataPath, name)),
      fixture.data.subarray(at, at + FILES[name as keyof typeof FILES]),
    );
  assert.ok(seed.uploadedBytes <= fixture.data.length + 65_536, `${seed.uploadedBytes} bytes were fetched`);
});

test('fewer files that are wanted end the download, and what is there stays', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: FILES });
  const { node, torrent, dataPath } = await mirror(t, fixture, [], { rules: [] });
  await torrentState(node, torrent, 'downloading');
  node.setPreferences(torrent.infoHash, { filePriorities: [{ files: '*', priority: 0 }] });
  await torrentState(node, torrent, 'seeding');
  assert.deepEqual([torrent.isFinished, torrent.isComplete, torrent.wantedBytes], [true, false, 0]);
  assert.deepEqual(await filesBelow(dataPath), ['a.bin', 'b.bin', 'c.txt', 'd.bin']);
});

test('a file of somebody else in the place of one that is not wanted is let alone', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: FILES });
  const { port } = await seedFixture(t, fixture);
  const at = join(await makeTempFolder(t), 'sample');
  await mkdir(at);
  await mkdir(join(at, 'd.bin'));
  await writeFile(join(at, 'a.bin'), 'my diary');
  const { node, torrent } = await mirror(t, fixture, [loopbackPeer(port)], { at });
  await torrentState(node, torrent, 'seeding', 'failed');
  assert.equal(torrent.failure, undefined);
  assert.equal(await readFile(join(at, 'a.bin'), 'utf8'), 'my diary');
  node.setPreferences(torrent.infoHash, { filePriorities: [] });
  await torrentState(node, torrent, 'failed');
  assert.equal(torrent.error?.code, 'ERR_TARGET_OCCUPIED');
  assert.equal(await readFile(join(at, 'a.bin'), 'utf8'), 'my diary');
});

test('files that the torrent does not have are refused, and nothing is changed', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: FILES });
  const { node, torrent } = await mirror(t, fixture, []);
  const wrong = { filePriorities: [{ files: '4', priority: 0 }] };
  assert.throws(() => node.setPreferences(torrent.infoHash, wrong), { code: 'ERR_PREFERENCE' });
  assert.deepEqual(torrent.preferences.filePriorities, ONLY_B);
  node.remove(torrent.infoHash);
  await assert.rejects(mirror(t, fixture, [], { rules: wrong.filePriorities }), { code: 'ERR_PREFERENCE' });
});

test('a paused torrent stays paused when more is wanted', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: FILES });
  const { node, torrent } = await mirror(t, fixture, []);
  await torrentState(node, torrent, 'downloading');
  node.pauseTorrent(torrent.infoHash);
  node.setPreferences(torrent.infoHash, { filePriorities: [] });
  await eventually('it is checked', () => torrent.state === 'paused' || torrent.state === 'failed');
  assert.equal(torrent.state, 'paused');
});

test('removed with its data, nothing of a partial download is left', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: FILES });
  const { port } = await seedFixture(t, fixture);
  const { node, torrent, dataPath } = await mirror(t, fixture, [loopbackPeer(port)]);
  await torrentState(node, torrent, 'seeding', 'failed');
  assert.deepEqual(
    node.files(torrent.infoHash).map(({ index, priority }) => [index, priority]),
    [
      [0, 0],
      [1, 1],
      [2, 0],
      [3, 0],
    ],
  );
  const { kept, deletedBytes } = await node.removeWithData(torrent.infoHash);
  assert.deepEqual([kept, deletedBytes], [[], 300_000]);
  await assert.rejects(readdir(dataPath), { code: 'ENOENT' });
});
