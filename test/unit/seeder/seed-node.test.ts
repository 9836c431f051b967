import assert from 'node:assert/strict';
import { once } from 'node:events';
import { appendFile, rename, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { storedFileOf } from '../../../src/builder/create/layout.ts';
import { createTorrent } from '../../../src/builder/create-torrent.ts';
import type { FileStamp } from '../../../src/seeder/disk/torrent-storage.ts';
import { SeederError } from '../../../src/seeder/errors.ts';
import type { SeedNode } from '../../../src/seeder/seed-node.ts';
import type { Torrent } from '../../../src/seeder/torrent.ts';
import { stampFiles } from '../../../src/seeder/torrents/file-stamps.ts';
import { resumeFor, resumeOfMade } from '../../../src/seeder/torrents/resume.ts';
import { eventually } from '../../support/eventually.ts';
import { FakePeer } from '../../support/fake-peer.ts';
import { makeSeedNode, makeTorrentFixture, seedFixture, torrentState } from '../../support/seeded-torrent.ts';
import { ManualClock } from '../../support/seeder-clock.ts';

/** What a node tells, in its order. */
function record(node: SeedNode): string[] {
  const heard: string[] = [];
  node.on('stateChanged', (torrent, before) => heard.push(`${before} -> ${torrent.state}`));
  node.on('resumeChanged', () => heard.push('resume'));
  node.on('failed', (_torrent, error) => heard.push(error.code));
  return heard;
}

async function settled(node: SeedNode, torrent: Torrent): Promise<string> {
  await torrentState(node, torrent, 'seeding', 'failed');
  return torrent.failure ?? torrent.state;
}

test('checks what it does not know, tells how far it is, and remembers', async (t) => {
  const fixture = await makeTorrentFixture(t);
  const node = makeSeedNode(t);
  const heard = record(node);
  const fractions: number[] = [];
  let resume = '';
  node.on('checkProgress', (_torrent, fraction) => fractions.push(fraction));
  node.on('resumeChanged', (_infoHash, json) => {
    resume = json;
  });
  const torrent = node.add(fixture);
  assert.equal(torrent.state, 'queued');
  assert.equal(await settled(node, torrent), 'seeding');
  assert.deepEqual(heard, ['queued -> checking', 'resume', 'checking -> seeding']);
  assert.equal(fractions.at(-1), 1);
  assert.equal(torrent.checkedFraction, 1);
  assert.equal(resume, await resumeFor(fixture.metainfo, fixture.dataPath));
});

test('what is remembered and unchanged is not hashed again', async (t) => {
  const fixture = await makeTorrentFixture(t);
  const resume = await resumeFor(fixture.metainfo, fixture.dataPath);
  const node = makeSeedNode(t);
  const heard = record(node);
  const torrent = node.add({ ...fixture, resume });
  assert.equal(await settled(node, torrent), 'seeding');
  assert.ok(!heard.includes('resume'), 'a check would have told what to remember');
});

test('a file that was touched is hashed again, and only that', async (t) => {
  const content = { a: 100_000, b: 100_000, c: 100_000 };
  const fixture = await makeTorrentFixture(t, { content, pieceLength: 16_384 });
  const resume = await resumeFor(fixture.metainfo, fixture.dataPath);
  await utimes(join(fixture.dataPath, 'b'), 1, 1);
  const wrong = Buffer.alloc(10);
  await writeFile(join(fixture.dataPath, 'a'), Buffer.concat([wrong, fixture.data.subarray(10, 100_000)]));
  const node = makeSeedNode(t);
  const torrent = node.add({ ...fixture, resume });
  const reason = await settled(node, torrent);
  assert.equal(reason, `1 of 19 pieces do not match the torrent (first in ${join(fixture.dataPath, 'a')})`);
});

test('a file that was changed while the torrent was made is hashed again', async (t) => {
  const content = { a: 100_000, b: 100_000 };
  const { dataPath } = await makeTorrentFixture(t, { content, pieceLength: 16_384 });
  let stamps: readonly FileStamp[] = [];
  const { metainfo } = await createTorrent(dataPath, {
    onListed: async (files) => {
      stamps = await stampFiles(files.map(storedFileOf));
    },
  });
  await writeFile(join(dataPath, 'a'), Buffer.alloc(100_000));
  const node = makeSeedNode(t);
  const torrent = node.add({ metainfo, dataPath, resume: resumeOfMade(metainfo, stamps) });
  assert.match(await settled(node, torrent), /pieces do not match the torrent \(first in .*a\)/);
});

for (const resume of ['', '{}', 'null', '[]', '{"version":1}', 'x'.repeat(100)])
  test(`a record that is none (${resume.slice(0, 20)}) means a check`, async (t) => {
    const fixture = await makeTorrentFixture(t);
    const node = makeSeedNode(t);
    const heard = record(node);
    assert.equal(await settled(node, node.add({ ...fixture, resume })), 'seeding');
    assert.ok(heard.includes('resume'));
  });

test('data that does not match is never served, and the reason says how much', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: 200_000 });
  const bytes = Buffer.from(fixture.data);
  bytes[70_000] = (bytes[70_000] ?? 0) ^ 1;
  bytes[199_999] = (bytes[199_999] ?? 0) ^ 1;
  await writeFile(fixture.dataPath, bytes);
  const node = makeSeedNode(t);
  const { port } = await node.start();
  const heard = record(node);
  const torrent = node.add(fixture);
  assert.equal(
    await settled(node, torrent),
    `2 of 7 pieces do not match the torrent (first in ${fixture.dataPath})`,
  );
  assert.equal(heard.at(-1), 'ERR_PIECES_BAD');
  await assert.rejects(FakePeer.download(t, port, fixture.metainfo.infoHash));
  assert.equal(node.counters.closedTotal['torrent-unavailable'], 1);
});

for (const [what, code, spoil] of [
  ['missing', 'ERR_STORAGE_MISSING', (path: string) => rm(path)],
  ['short', 'ERR_STORAGE_CHANGED', (path: string) => truncate(path, 5)],
  ['long', 'ERR_STORAGE_CHANGED', (path: string) => appendFile(path, 'x')],
] as const)
  test(`a file that is ${what} is named as the reason, and others go on`, async (t) => {
    const fixture = await makeTorrentFixture(t, { content: { good: 50_000, 'sub/bad': 50_000 } });
    const other = await makeTorrentFixture(t, { content: 60_000 });
    const path = join(fixture.dataPath, 'sub/bad');
    await spoil(path);
    const node = makeSeedNode(t);
    const torrent = node.add(fixture);
    assert.ok((await settled(node, torrent)).includes(path));
    assert.equal(torrent.error?.code, code);
    assert.equal(await settled(node, node.add(other)), 'seeding');
  });

test('a file that vanishes while it is seeded fails its torrent, closes its peers, and spares the others', async (t) => {
  const clock = new ManualClock();
  const fixture = await makeTorrentFixture(t);
  const other = await makeTorrentFixture(t, { content: 70_000 });
  const { node, torrent, port } = await seedFixture(t, fixture, { clock });
  const second = node.add(other);
  await torrentState(node, second, 'seeding');
  const peer = await FakePeer.download(t, port, fixture.metainfo.infoHash);
  const spared = await FakePeer.download(t, port, other.metainfo.infoHash);
  await rm(fixture.dataPath);
  await eventually('the node to notice', () => {
    clock.advance(10_000);
    return torrent.state === 'failed';
  });
  assert.equal(torrent.failure, `storage missing: ${fixture.dataPath} is not there`);
  await peer.end();
  assert.equal(node.counters.closedTotal.storage, 1);
  spared.request(0, 0, 1000);
  await spared.next(7);
});

test('a file that becomes shorter is noticed by the read that needs it', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: 3 << 20, pieceLength: 1 << 20 });
  const { node, torrent, port } = await seedFixture(t, fixture, { clock: new ManualClock() });
  const peer = await FakePeer.download(t, port, fixture.metainfo.infoHash);
  peer.request(0, 0, 16_384);
  await peer.next(7);
  await truncate(fixture.dataPath, 1 << 20);
  peer.request(2, 0, 16_384);
  await peer.end();
  await torrentState(node, torrent, 'failed');
  assert.equal(torrent.error?.code, 'ERR_STORAGE_CHANGED');
});

test('a torrent that failed is seeded again once its data is back and it is rechecked', async (t) => {
  const fixture = await makeTorrentFixture(t);
  await rename(fixture.dataPath, `${fixture.dataPath}.away`);
  const node = makeSeedNode(t);
  const torrent = node.add(fixture);
  await torrentState(node, torrent, 'failed');
  await rename(`${fixture.dataPath}.away`, fixture.dataPath);
  node.recheck(torrent.infoHash);
  assert.equal(torrent.failure, undefined);
  await torrentState(node, torrent, 'seeding');
});

test('a torrent that is removed closes its peers and is unknown from then on', async (t) => {
  const fixture = await makeTorrentFixture(t);
  const { node, torrent, port } = await seedFixture(t, fixture);
  const peer = await FakePeer.download(t, port, fixture.metainfo.infoHash);
  assert.equal(node.remove(torrent.infoHash), true);
  assert.equal(node.remove(torrent.infoHash), false);
  await peer.end();
  assert.equal(node.counters.closedTotal.removed, 1);
  await assert.rejects(FakePeer.download(t, port, fixture.metainfo.infoHash));
  assert.equal(node.counters.closedTotal['unknown-info-hash'], 1);
  const again = node.add(fixture);
  await torrentState(node, again, 'seeding');
});

test('a torrent that is removed while it is checked tells nothing more', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: 20 << 20 });
  const node = makeSeedNode(t);
  const torrent = node.add(fixture);
  await torrentState(node, torrent, 'checking');
  const heard = record(node);
  node.remove(torrent.infoHash);
  const other = await makeTorrentFixture(t);
  await torrentState(node, node.add(other), 'seeding');
  assert.ok(!heard.includes('ERR_STORAGE_UNREADABLE'));
  assert.equal(heard.filter((line) => line.endsWith('seeding')).length, 1);
});

test('the same torrent twice is an error by code', async (t) => {
  const fixture = await makeTorrentFixture(t);
  const node = makeSeedNode(t);
  node.add(fixture);
  assert.throws(
    () => node.add(fixture),
    (error) => error instanceof SeederError && error.code === 'ERR_TORRENT_EXISTS',
  );
});

test('an empty torrent is seeded', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: 0 });
  const { torrent } = await seedFixture(t, fixture);
  assert.equal(torrent.isComplete, true);
});

test('many torrents are checked one after another', async (t) => {
  const node = makeSeedNode(t);
  let checking = 0;
  node.on('stateChanged', (torrent, before) => {
    if (torrent.state === 'checking') assert.equal(++checking, 1);
    if (before === 'checking') checking--;
  });
  const fixtures = await Promise.all(
    [1, 2, 3, 4, 5, 6].map((i) => makeTorrentFixture(t, { content: 50_000 + i })),
  );
  const torrents = fixtures.map((fixture) => node.add(fixture));
  await Promise.all(torrents.map((torrent) => torrentState(node, torrent, 'seeding')));
});

test('a port that is taken is one clear sentence', async (t) => {
  const { port } = await makeSeedNode(t).start();
  const second = makeSeedNode(t, { port });
  await assert.rejects(second.start(), {
    code: 'ERR_LISTEN',
    message: `cannot listen for peers on 127.0.0.1 port ${port}: it is in use by another program`,
  });
  await second.stop();
});

test('stops in the middle of everything, twice, and starts no more', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: 1 << 20 });
  const { node, port } = await seedFixture(t, fixture);
  const big = await makeTorrentFixture(t, { content: 30 << 20 });
  node.add(big);
  const peer = await FakePeer.download(t, port, fixture.metainfo.infoHash);
  peer.request(0, 0, 16_384);
  const stopped = node.stop();
  assert.equal(node.stop(), stopped);
  await stopped;
  await peer.end();
  assert.equal(node.connectionCount, 0);
  await assert.rejects(node.start(), { code: 'ERR_STOPPED' });
  assert.throws(() => node.add(big), { code: 'ERR_STOPPED' });
});

test('tells of a failure after its change of state', async (t) => {
  const fixture = await makeTorrentFixture(t);
  await rm(fixture.dataPath);
  const node = makeSeedNode(t);
  const failed = once(node, 'failed');
  const heard = record(node);
  node.add(fixture);
  const [torrent] = (await failed) as [Torrent, SeederError];
  assert.equal(torrent.state, 'failed');
  assert.deepEqual(heard, ['queued -> failed', 'ERR_STORAGE_MISSING']);
});
