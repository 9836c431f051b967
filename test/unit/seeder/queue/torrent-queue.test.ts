import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { encodeBencode } from '../../../../src/bittorrent/bencode.ts';
import type { SeedNode } from '../../../../src/seeder/seed-node.ts';
import type { Torrent } from '../../../../src/seeder/torrent.ts';
import { eventually } from '../../../support/eventually.ts';
import { FakePeer } from '../../../support/fake-peer.ts';
import { startFakeSeed } from '../../../support/fake-seed.ts';
import { startFixedTracker } from '../../../support/fixed-tracker.ts';
import { loopbackPeer, startMirrorNode } from '../../../support/mirrored-torrent.ts';
import { makeTorrentFixture, seedFixture, torrentState } from '../../../support/seeded-torrent.ts';
import { ManualClock } from '../../../support/seeder-clock.ts';
import { makeTempFolder } from '../../../support/temp-folder.ts';

let made = 0;

/** A mirror of a torrent that has no peers: it is `downloading`, or waits. */
async function idleMirror(t: TestContext, node: SeedNode, isPaused = false): Promise<Torrent> {
  const { metainfo } = await makeTorrentFixture(t, { content: 50_000 + 1000 * ++made });
  const dataPath = join(await makeTempFolder(t), metainfo.info.name);
  const torrent = node.add({ metainfo, dataPath, isMirrored: true, isPaused });
  await eventually('it is checked', () => torrent.hasBegun);
  return torrent;
}

function states(...torrents: readonly Torrent[]): string[] {
  return torrents.map(({ state }) => state);
}

const one = { limits: { maxActiveDownloads: 1 } };

describe('the queue of torrents', () => {
  it('a download beyond the limit waits, says for what, and is not announced', async (t) => {
    const node = await startMirrorNode(t, one);
    const first = await idleMirror(t, node);
    const second = await idleMirror(t, node);
    assert.deepEqual(states(first, second), ['downloading', 'queued']);
    assert.equal(second.reason, 'waits for one of 1 active downloads');
    assert.equal(node.queue.positionOf(second), 1);
    assert.deepEqual(node.queue.status('downloads'), { maximum: 1, running: 1, stalled: 0, waiting: 1 });
  });

  it('the next starts at once when one is stopped, paused, removed or fails', async (t) => {
    const node = await startMirrorNode(t, one);
    const torrents: Torrent[] = [];
    for (let count = 0; count < 5; count++) torrents.push(await idleMirror(t, node));
    const [a, b, c, d, e] = torrents as [Torrent, Torrent, Torrent, Torrent, Torrent];
    node.stopTorrent(a.infoHash);
    assert.deepEqual(states(a, b), ['stopped', 'downloading']);
    node.pauseTorrent(b.infoHash);
    assert.deepEqual(states(b, c), ['paused', 'downloading']);
    node.remove(c.infoHash);
    assert.equal(d.state, 'downloading');
    node.recheck(d.infoHash);
    assert.equal(e.state, 'downloading', 'what is checked takes no place');
    await eventually('the one that came first runs again', () => d.state === 'downloading');
    assert.equal(e.state, 'queued');
  });

  it('one that is resumed stands where it stood: before those that came later', async (t) => {
    const node = await startMirrorNode(t, one);
    const first = await idleMirror(t, node);
    const second = await idleMirror(t, node);
    node.pauseTorrent(first.infoHash);
    assert.equal(second.state, 'downloading');
    node.startTorrent(first.infoHash);
    assert.deepEqual(states(first, second), ['downloading', 'queued']);
  });

  it('priority goes before the order of coming, also when it is changed', async (t) => {
    const node = await startMirrorNode(t, one);
    const first = await idleMirror(t, node);
    const second = await idleMirror(t, node);
    const third = await idleMirror(t, node);
    node.setPreferences(third.infoHash, { priority: 'high' });
    assert.deepEqual(states(first, second, third), ['queued', 'queued', 'downloading']);
    node.setPreferences(third.infoHash, { priority: 'low' });
    assert.deepEqual(states(first, second, third), ['downloading', 'queued', 'queued']);
  });

  it('one that waits and of which nothing more is wanted is seeded, and takes no place of a download', async (t) => {
    const node = await startMirrorNode(t, one);
    const first = await idleMirror(t, node);
    const second = await idleMirror(t, node);
    const third = await idleMirror(t, node);
    const nothing = { filePriorities: [{ files: '*', priority: 0 }] };
    node.setPreferences(second.infoHash, nothing);
    assert.deepEqual(states(first, second, third), ['downloading', 'seeding', 'queued']);
    assert.deepEqual(node.queue.status('downloads'), { maximum: 1, running: 1, stalled: 0, waiting: 1 });
    assert.equal(node.queue.status('seeds').running, 1);
    node.setPreferences(third.infoHash, { ...nothing, priority: 'high' });
    assert.deepEqual(states(first, second, third), ['downloading', 'seeding', 'seeding']);
    assert.deepEqual(node.queue.status('downloads'), { maximum: 1, running: 1, stalled: 0, waiting: 0 });
  });

  it('one for which files are chosen that it does not have keeps its place', async (t) => {
    const node = await startMirrorNode(t, one);
    const first = await idleMirror(t, node);
    const second = await idleMirror(t, node);
    const wrong = { filePriorities: [{ files: '4', priority: 0 }] };
    for (const { infoHash } of [first, second])
      assert.throws(() => node.setPreferences(infoHash, wrong), { code: 'ERR_PREFERENCE' });
    assert.deepEqual(node.queue.status('downloads'), { maximum: 1, running: 1, stalled: 0, waiting: 1 });
    assert.deepEqual(states(first, second), ['downloading', 'queued']);
  });

  it('one that waits can be paused, resumed, stopped and rechecked', async (t) => {
    const node = await startMirrorNode(t, one);
    const first = await idleMirror(t, node);
    const second = await idleMirror(t, node);
    node.pauseTorrent(second.infoHash);
    assert.equal(second.state, 'paused');
    node.startTorrent(second.infoHash);
    assert.equal(second.state, 'queued');
    node.recheck(second.infoHash);
    assert.equal(second.isWaiting, false);
    await eventually('it waits again', () => second.isWaiting);
    node.stopTorrent(second.infoHash);
    node.stopTorrent(first.infoHash);
    assert.deepEqual(states(first, second), ['stopped', 'stopped']);
  });

  it('one that is added paused takes no place', async (t) => {
    const node = await startMirrorNode(t, one);
    const paused = await idleMirror(t, node, true);
    const second = await idleMirror(t, node);
    assert.deepEqual(states(paused, second), ['paused', 'downloading']);
  });

  it('a smaller limit makes the last ones wait, a larger one lets them run', async (t) => {
    const node = await startMirrorNode(t, { limits: { maxActiveDownloads: 3 } });
    const torrents: Torrent[] = [];
    for (let count = 0; count < 3; count++) torrents.push(await idleMirror(t, node));
    node.queue.setMaximum('downloads', 1);
    assert.deepEqual(states(...torrents), ['downloading', 'queued', 'queued']);
    assert.equal(torrents[2]?.reason, 'waits for one of 1 active downloads');
    node.queue.setMaximum('downloads', Number.POSITIVE_INFINITY);
    assert.deepEqual(states(...torrents), ['downloading', 'downloading', 'downloading']);
  });

  it('what waited fetches all of it when its turn comes', async (t) => {
    const fixture = await makeTorrentFixture(t, { content: 700_000 });
    const { port } = await seedFixture(t, fixture);
    const node = await startMirrorNode(t, one);
    const first = await idleMirror(t, node);
    const dataPath = join(await makeTempFolder(t), 'sample');
    const { metainfo } = fixture;
    const torrent = node.add({ metainfo, dataPath, isMirrored: true, peers: [loopbackPeer(port)] });
    await eventually('it waits', () => torrent.isWaiting);
    node.remove(first.infoHash);
    await torrentState(node, torrent, 'seeding');
    assert.deepEqual(node.queue.status('downloads'), {
      maximum: 1,
      running: 0,
      stalled: 0,
      waiting: 0,
    });
  });

  it('a download that is made to wait goes on from what it has', async (t) => {
    const fixture = await makeTorrentFixture(t, { content: 2_000_000, pieceLength: 16_384 });
    let answers = 40;
    const seed = await startFakeSeed(t, fixture, { answer: (data) => (answers-- > 0 ? data : undefined) });
    const node = await startMirrorNode(t, one);
    const dataPath = join(await makeTempFolder(t), 'sample');
    const torrent = node.add({
      metainfo: fixture.metainfo,
      dataPath,
      isMirrored: true,
      peers: [loopbackPeer(seed.port)],
    });
    await eventually('a part is here', () => torrent.completedFraction > 0.2);
    const high = await idleMirror(t, node);
    node.setPreferences(high.infoHash, { priority: 'high' });
    assert.deepEqual(states(torrent, high), ['queued', 'downloading']);
    assert.equal(torrent.peerCount, 0);
    const { port } = await seedFixture(t, fixture);
    const had = torrent.totals.downloadedBytes;
    node.remove(high.infoHash);
    node.addPeers(torrent.infoHash, [loopbackPeer(port)]);
    await torrentState(node, torrent, 'seeding');
    assert.ok(torrent.totals.downloadedBytes - had < fixture.data.length, 'not all of it was fetched again');
  });

  it('a download that is complete, but has no place among the seeds, tells its trackers so and leaves them', async (t) => {
    const tracker = await startFixedTracker(t, (_request, response) =>
      response.end(encodeBencode({ interval: 1800, peers: Buffer.alloc(0) })),
    );
    const fixture = await makeTorrentFixture(t, { announceTiers: [[tracker.url]] });
    const { port } = await seedFixture(t, {
      ...fixture,
      metainfo: { ...fixture.metainfo, announceTiers: [] },
    });
    const node = await startMirrorNode(t, { limits: { maxActiveSeeds: 1 } });
    const first = node.add(await makeTorrentFixture(t, { content: 30_000 }));
    await torrentState(node, first, 'seeding');
    const dataPath = join(await makeTempFolder(t), 'sample');
    const torrent = node.add({ metainfo: fixture.metainfo, dataPath, isMirrored: true });
    await tracker.announced(0);
    node.addPeers(torrent.infoHash, [loopbackPeer(port)]);
    await eventually('it is complete and waits', () => torrent.isComplete && torrent.isWaiting);
    await tracker.announced(2);
    assert.deepEqual(
      tracker.announces.map((query) => query.get('event')),
      ['started', 'completed', 'stopped'],
    );
    node.stopTorrent(first.infoHash);
    assert.equal(torrent.state, 'seeding');
    assert.equal((await tracker.announced(3)).get('event'), 'started');
  });

  it('a stalled download leaves its place to another and runs on', async (t) => {
    const clock = new ManualClock();
    const limits = { maxActiveDownloads: 1, stalledTorrentMs: 60_000 };
    const node = await startMirrorNode(t, { clock, limits });
    const first = await idleMirror(t, node);
    const second = await idleMirror(t, node);
    clock.advance(59_000);
    assert.deepEqual(states(first, second), ['downloading', 'queued']);
    clock.advance(2_000);
    assert.deepEqual(states(first, second), ['downloading', 'downloading']);
    assert.deepEqual(node.queue.status('downloads'), { maximum: 1, running: 1, stalled: 1, waiting: 0 });
    first.addDownloaded(1);
    clock.advance(1_000);
    assert.deepEqual(node.queue.status('downloads'), { maximum: 1, running: 2, stalled: 0, waiting: 0 });
  });

  it('seeds have places of their own', async (t) => {
    const node = await startMirrorNode(t, { limits: { maxActiveSeeds: 1, maxActiveDownloads: 1 } });
    const torrents: Torrent[] = [];
    for (const content of [10_000, 20_000]) {
      const torrent = node.add(await makeTorrentFixture(t, { content }));
      torrents.push(torrent);
      await eventually('it is checked', () => torrent.state === 'seeding' || torrent.isWaiting);
    }
    assert.deepEqual(states(...torrents), ['seeding', 'queued']);
    assert.equal(torrents[1]?.reason, 'waits for one of 1 active seeds');
    const download = await idleMirror(t, node);
    assert.equal(download.state, 'downloading');
  });

  it('a seed that has waited is served when its turn comes, also when it was paused meanwhile', async (t) => {
    const node = await startMirrorNode(t, { limits: { maxActiveSeeds: 1 } });
    const running = node.add(await makeTorrentFixture(t, { content: 10_000 }));
    await torrentState(node, running, 'seeding');
    const fixture = await makeTorrentFixture(t, { content: 20_000 });
    const waiting = node.add(fixture);
    await eventually('it is checked', () => waiting.isWaiting);
    node.pauseTorrent(waiting.infoHash);
    node.startTorrent(waiting.infoHash);
    assert.equal(waiting.isWaiting, true);
    node.stopTorrent(running.infoHash);
    assert.equal(waiting.state, 'seeding');
    const peer = await FakePeer.download(t, node.port, fixture.metainfo.infoHash);
    peer.request(0, 0, 16_384);
    assert.deepEqual((await peer.next(7)).subarray(9), fixture.data.subarray(0, 16_384));
    assert.equal(waiting.failure, undefined);
  });

  it('a complete torrent that waits and is paused is served when it is started', async (t) => {
    const node = await startMirrorNode(t, { limits: { maxActiveSeeds: 0 } });
    const fixture = await makeTorrentFixture(t, { content: 20_000 });
    const torrent = node.add(fixture);
    await eventually('it is checked', () => torrent.isWaiting);
    node.pauseTorrent(torrent.infoHash);
    node.queue.setMaximum('seeds', 1);
    node.startTorrent(torrent.infoHash);
    const peer = await FakePeer.download(t, node.port, fixture.metainfo.infoHash);
    peer.request(0, 0, 16_384);
    assert.deepEqual((await peer.next(7)).subarray(9), fixture.data.subarray(0, 16_384));
  });

  it('a read that a torrent has cut short by waiting is no reason to fail', async (t) => {
    const node = await startMirrorNode(t, { limits: { maxActiveSeeds: 1 } });
    const torrent = node.add(await makeTorrentFixture(t));
    await torrentState(node, torrent, 'seeding');
    node.queue.setMaximum('seeds', 0);
    assert.equal(torrent.isWaiting, true);
    torrent.storage.read(Buffer.alloc(1), 0, 1, (error) => error !== null && torrent.onStorageError(error));
    assert.deepEqual([torrent.state, torrent.failure], ['queued', undefined]);
  });
});
