import assert from 'node:assert/strict';
import { readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { SeedNode } from '../../../../src/seeder/seed-node.ts';
import type { Torrent } from '../../../../src/seeder/torrent.ts';
import { eventually } from '../../../support/eventually.ts';
import { FakePeer } from '../../../support/fake-peer.ts';
import { startFakeSeed } from '../../../support/fake-seed.ts';
import { FaultyDisk } from '../../../support/faulty-disk.ts';
import { loopbackPeer, mirrorFixture } from '../../../support/mirrored-torrent.ts';
import {
  makeSeedNode,
  makeTorrentFixture,
  seedFixture,
  type TorrentFixture,
  torrentState,
} from '../../../support/seeded-torrent.ts';
import { ManualClock } from '../../../support/seeder-clock.ts';

/** Lets the node's time pass until a torrent is in a state. */
async function passTime(clock: ManualClock, torrent: Torrent, ...states: Torrent['state'][]): Promise<void> {
  await eventually(
    `the state ${states.join(' or ')} (it is ${torrent.state}, ${torrent.failure})`,
    () => {
      clock.advance(10_000);
      return states.includes(torrent.state);
    },
    { intervalMs: 5 },
  );
}

async function seeded(t: TestContext, fixture: TorrentFixture, disk?: FaultyDisk) {
  const clock = new ManualClock();
  const { node, torrent, port } = await seedFixture(t, fixture, { clock, ...(disk && { disk }) });
  return { clock, node, torrent, port };
}

/** Counts the pieces that are hashed from now on. */
function hashed(node: SeedNode): () => number {
  let count = 0;
  node.on('piecePassed', () => count++);
  node.on('pieceFailed', () => count++);
  return () => count;
}

test('a folder that goes away fails its torrent as storage missing, and what was there is shown', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: { a: 50_000, 'b/c': 50_000 } });
  const { clock, node, torrent } = await seeded(t, fixture);
  const count = hashed(node);
  await rename(fixture.dataPath, `${fixture.dataPath}.away`);
  await passTime(clock, torrent, 'failed');
  assert.equal(torrent.error?.code, 'ERR_STORAGE_MISSING');
  assert.match(torrent.failure ?? '', /^storage missing: /);
  assert.equal(torrent.completedFraction, 1);
  await rename(`${fixture.dataPath}.away`, fixture.dataPath);
  await passTime(clock, torrent, 'seeding');
  assert.equal(count(), 0, 'what has not changed is not hashed');
});

test('a torrent whose storage is away at the start shows what it had, and begins by itself', async (t) => {
  const fixture = await makeTorrentFixture(t);
  const { node } = await seeded(t, fixture);
  let resume: string | null = null;
  node.on('resumeChanged', (_infoHash, text) => {
    resume = text;
  });
  node.recheck(fixture.metainfo.infoHash);
  await eventually('the record', () => resume !== null);
  await rename(fixture.dataPath, `${fixture.dataPath}.away`);
  const clock = new ManualClock();
  const again = makeSeedNode(t, { clock });
  const count = hashed(again);
  const torrent = again.add({ ...fixture, resume });
  await torrentState(again, torrent, 'failed');
  assert.equal(torrent.completedFraction, 1);
  await rename(`${fixture.dataPath}.away`, fixture.dataPath);
  await passTime(clock, torrent, 'seeding');
  assert.equal(count(), 0);
});

for (const code of ['EIO', 'ENXIO', 'ESTALE'])
  test(`a disk that says ${code} is away, until it answers again`, async (t) => {
    const fixture = await makeTorrentFixture(t);
    const other = await makeTorrentFixture(t, { content: 70_000 });
    const disk = new FaultyDisk();
    const { clock, node, torrent, port } = await seeded(t, fixture, disk);
    const spared = node.add(other);
    await torrentState(node, spared, 'seeding');
    const peer = await FakePeer.download(t, port, fixture.metainfo.infoHash);
    disk.fault = (operation, path) =>
      path.startsWith(fixture.dataPath) && operation !== 'open' ? code : undefined;
    peer.request(0, 0, 16_384);
    await torrentState(node, torrent, 'failed');
    assert.equal(torrent.failure, `storage missing: ${fixture.dataPath} cannot be reached (${code})`);
    assert.equal(spared.state, 'seeding');
    disk.fault = () => undefined;
    await passTime(clock, torrent, 'seeding');
    const next = await FakePeer.download(t, port, fixture.metainfo.infoHash);
    next.request(0, 0, 16_384);
    assert.deepEqual((await next.next(7)).subarray(9), fixture.data.subarray(0, 16_384));
  });

test('a disk whose looks never end fails the torrents on it, and those on others are watched on', async (t) => {
  const fixture = await makeTorrentFixture(t);
  const other = await makeTorrentFixture(t, { content: 70_000 });
  const disk = new FaultyDisk();
  const { clock, node, torrent } = await seeded(t, fixture, disk);
  const spared = node.add(other);
  await torrentState(node, spared, 'seeding');
  disk.fault = (operation, path) =>
    path === fixture.dataPath && operation === 'lookAt' ? 'hold' : undefined;
  await passTime(clock, torrent, 'failed');
  assert.equal(torrent.failure, `storage missing: ${fixture.dataPath} cannot be reached (ETIMEDOUT)`);
  assert.equal(disk.heldCount, 1);
  await rm(other.dataPath);
  await passTime(clock, spared, 'failed');
  assert.equal(spared.error?.code, 'ERR_STORAGE_MISSING');
  assert.equal(disk.heldCount, 1, 'a disk that does not answer is not asked again');
  disk.fault = () => undefined;
  disk.answer();
  await passTime(clock, torrent, 'seeding');
});

test('a file that was touched is checked again while others are seeded, and only that', async (t) => {
  const fixture = await makeTorrentFixture(t, {
    content: { a: 4 * 32_768, b: 2 * 32_768, c: 4 * 32_768 },
    pieceLength: 32_768,
  });
  const { clock, node, torrent } = await seeded(t, fixture);
  const pieces: number[] = [];
  node.on('piecePassed', (_torrent, piece) => pieces.push(piece));
  const states: string[] = [];
  node.on('stateChanged', ({ state }) => states.push(state));
  await utimes(join(fixture.dataPath, 'b'), 1, 1);
  await eventually('the check', () => {
    clock.advance(10_000);
    return torrent.state === 'seeding' && states.length > 0;
  });
  assert.deepEqual(states, ['queued', 'checking', 'seeding']);
  assert.deepEqual(pieces.sort(), [4, 5]);
});

test('a file with other bytes fails its torrent with the reason', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: 4 * 32_768, pieceLength: 32_768 });
  const { clock, torrent } = await seeded(t, fixture);
  const data = Buffer.from(fixture.data);
  data.fill(0, 0, 40_000);
  await writeFile(fixture.dataPath, data);
  await passTime(clock, torrent, 'failed');
  assert.equal(torrent.failure, `2 of 4 pieces do not match the torrent (first in ${fixture.dataPath})`);
});

test('a file of another length fails its torrent until it has its length again', async (t) => {
  const fixture = await makeTorrentFixture(t);
  const { clock, torrent } = await seeded(t, fixture);
  await writeFile(fixture.dataPath, fixture.data.subarray(0, 50_000));
  await passTime(clock, torrent, 'failed');
  assert.equal(torrent.error?.code, 'ERR_STORAGE_CHANGED');
  await writeFile(fixture.dataPath, fixture.data);
  await passTime(clock, torrent, 'seeding');
});

test('a torrent that was stopped does not come back by itself', async (t) => {
  const fixture = await makeTorrentFixture(t);
  const { clock, node, torrent } = await seeded(t, fixture);
  await rename(fixture.dataPath, `${fixture.dataPath}.away`);
  await passTime(clock, torrent, 'failed');
  node.stopTorrent(torrent.infoHash);
  await rename(`${fixture.dataPath}.away`, fixture.dataPath);
  assert.deepEqual(clock.pendingMs.length > 0, true);
  clock.advance(60_000);
  assert.equal(torrent.state, 'stopped');
});

test('of many torrents in a folder that is away one is looked at a round, and all come back with it', async (t) => {
  const disk = new FaultyDisk();
  const clock = new ManualClock();
  const node = makeSeedNode(t, { clock, disk });
  const parent = dirname((await makeTorrentFixture(t)).dataPath);
  const torrents: Torrent[] = [];
  for (let index = 0; index < 30; index++) {
    const fixture = await makeTorrentFixture(t, { content: 20_000 + index });
    const dataPath = join(parent, `torrent-${index}`);
    await rename(fixture.dataPath, dataPath);
    torrents.push(node.add({ ...fixture, dataPath }));
  }
  await Promise.all(torrents.map((torrent) => torrentState(node, torrent, 'seeding')));
  await node.start();
  await rename(parent, `${parent}.away`);
  t.after(() => rm(`${parent}.away`, { recursive: true, force: true }));
  for (const torrent of torrents) await passTime(clock, torrent, 'failed');
  let looks = 0;
  disk.fault = (operation) => {
    if (operation === 'lookAt') looks++;
    return undefined;
  };
  for (let round = 0; round < 5; round++) {
    clock.advance(10_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.ok(looks <= 6, `${looks} looks in 5 rounds`);
  await rename(`${parent}.away`, parent);
  for (const torrent of torrents) await passTime(clock, torrent, 'seeding');
});

test('a mirror whose target vanishes goes on with what it had when that is back', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: 20 * 32_768, pieceLength: 32_768 });
  let given = 0;
  const seed = await startFakeSeed(t, fixture, {
    answer: (block) => (given++ < 20 ? block : undefined),
  });
  const clock = new ManualClock();
  const { node, torrent, dataPath } = await mirrorFixture(t, fixture, [loopbackPeer(seed.port)], { clock });
  await eventually('ten pieces', () => {
    clock.advance(1000);
    return torrent.completedFraction >= 0.4;
  });
  const before = torrent.completedFraction;
  const recorded = new Promise<void>((resolve) => node.once('resumeChanged', () => resolve()));
  await eventually('a record', async () => {
    clock.advance(1000);
    return await Promise.race([
      recorded.then(() => true),
      new Promise<false>((go) => setImmediate(() => go(false))),
    ]);
  });
  const folder = dirname(dataPath);
  await rename(folder, `${folder}.away`);
  t.after(() => rm(`${folder}.away`, { recursive: true, force: true }));
  node.pauseTorrent(torrent.infoHash);
  node.stopTorrent(torrent.infoHash);
  node.startTorrent(torrent.infoHash);
  await torrentState(node, torrent, 'failed');
  assert.match(torrent.failure ?? '', /^storage missing: /);
  assert.equal(torrent.completedFraction, before);
  await rename(`${folder}.away`, folder);
  await passTime(clock, torrent, 'downloading');
  assert.equal(torrent.completedFraction, before);
  given = 0;
  node.addPeers(torrent.infoHash, [loopbackPeer(seed.port)]);
  given = -1000;
  await passTime(clock, torrent, 'seeding');
  assert.deepEqual(await readFile(dataPath), fixture.data);
});
