import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { encodeBencode } from '../../../../src/bittorrent/bencode.ts';
import { parseUdpAnnounce } from '../../../../src/bittorrent/udp-request.ts';
import type { SeedNode } from '../../../../src/seeder/seed-node.ts';
import type { Torrent } from '../../../../src/seeder/torrent.ts';
import { DEFAULT_PREFERENCES } from '../../../../src/seeder/torrents/torrent-preferences.ts';
import { eventually } from '../../../support/eventually.ts';
import { FakePeer } from '../../../support/fake-peer.ts';
import { type FixedAnswer, startFixedTracker } from '../../../support/fixed-tracker.ts';
import { answerUdp, startFixedUdpTracker } from '../../../support/fixed-udp-tracker.ts';
import { freePort } from '../../../support/free-port.ts';
import { loopbackPeer, mirrorFixture, startMirrorNode } from '../../../support/mirrored-torrent.ts';
import type { CleanupOwner } from '../../../support/scope.ts';
import { makeTorrentFixture, seedFixture, testPeerId } from '../../../support/seeded-torrent.ts';
import { ManualClock } from '../../../support/seeder-clock.ts';
import { makeTempFolder } from '../../../support/temp-folder.ts';

const working: FixedAnswer = (_request, response) =>
  response.end(encodeBencode({ interval: 600, complete: 7, incomplete: 3, peers: '' }));

function failing(reason: string, retryIn?: string | number): FixedAnswer {
  return (_request, response) =>
    response.end(encodeBencode({ 'failure reason': reason, 'retry in': retryIn }));
}

interface Announced {
  readonly node: SeedNode;
  readonly torrent: Torrent;
  readonly port: number;
  readonly clock: ManualClock;
}

async function seedWith(
  owner: CleanupOwner,
  announceTiers: readonly (readonly string[])[],
  isOwnTracker?: (url: string) => boolean,
): Promise<Announced> {
  const clock = new ManualClock();
  const fixture = await makeTorrentFixture(owner, { announceTiers });
  // A look at the files that is under way when the clock jumps would be late.
  const limits = { storageCheckIntervalMs: NEVER_MS };
  const options = { clock, limits, ...(isOwnTracker !== undefined && { isOwnTracker }) };
  return { ...(await seedFixture(owner, fixture, options)), clock };
}

/** Waits until every tracker has a state other than waiting. */
async function asked({ node, torrent }: Announced, count = 1): Promise<void> {
  await eventually(
    'the trackers to be asked',
    () => node.trackers(torrent.infoHash).filter(({ state }) => state !== 'waiting').length >= count,
  );
}

/** Other timers of a node come sooner than any announce, or not at all. */
const SOONEST_ANNOUNCE_MS = 20_000;
const NEVER_MS = 1e12;

/** Moves the clock to the next announce, once the last one was answered and the next is set, and returns how long it waited. */
async function askedAgain(clock: ManualClock, announces: readonly unknown[], count: number): Promise<number> {
  const isSet = () => clock.pendingMs.find((ms) => ms > SOONEST_ANNOUNCE_MS && ms < NEVER_MS / 2);
  const ms = await eventually('the next announce is set', isSet, { intervalMs: 1 });
  clock.advance(ms);
  await eventually(`${count} announces`, () => announces.length >= count, { intervalMs: 1 });
  return ms;
}

test('announces itself as a seeder, again after the interval, and takes its leave', async (t) => {
  const tracker = await startFixedTracker(t, working);
  const announced = await seedWith(t, [[tracker.url]]);
  const { node, torrent, port, clock } = announced;
  const first = await tracker.announced(0);
  await asked(announced);
  assert.equal(first.get('event'), 'started');
  assert.equal(first.get('left'), '0');
  assert.equal(first.get('port'), String(port));
  assert.equal(first.get('peer_id'), Buffer.from(testPeerId).toString());
  assert.equal(first.get('uploaded'), '0');
  const [status] = node.trackers(torrent.infoHash);
  assert.equal(status?.state, 'working');
  assert.equal(status?.complete, 7);
  assert.equal(status?.incomplete, 3);
  const peer = await FakePeer.download(t, port, torrent.infoHash);
  peer.request(0, 0, 16_384);
  await peer.next(7);
  const ms = await askedAgain(clock, tracker.announces, 2);
  assert.ok(ms >= 560_000 && ms <= 650_000, `${ms}`);
  const second = await tracker.announced(1);
  assert.equal(second.get('event'), null);
  assert.equal(second.get('uploaded'), '16384');
  assert.equal(second.get('key'), first.get('key'));
  await node.stop();
  assert.equal(tracker.announces.at(-1)?.get('event'), 'stopped');
});

test('goes on to the next tracker when one fails, and to the next tier', async (t) => {
  const refused = `http://127.0.0.1:${await freePort()}/announce`;
  const wrong = await startFixedTracker(t, failing('no such torrent'));
  const page = await startFixedTracker(t, (_request, response) => response.writeHead(500).end('<html>'));
  const good = await startFixedTracker(t, working);
  const spare = await startFixedTracker(t, working);
  const announced = await seedWith(t, [[refused], [wrong.url], [page.url], [good.url], [spare.url]]);
  await asked(announced, 4);
  const states = announced.node
    .trackers(announced.torrent.infoHash)
    .map(({ state, message }) => [state, message]);
  assert.deepEqual(states, [
    ['failing', 'the connection was refused'],
    ['failing', 'no such torrent'],
    ['failing', 'it answered with HTTP status 500'],
    ['working', undefined],
    ['waiting', undefined],
  ]);
  assert.equal(spare.announces.length, 0);
});

test('own trackers and schemes that it does not speak are passed over', async (t) => {
  const own = await startFixedTracker(t, working);
  const foreign = await startFixedTracker(t, working);
  const tiers = [[own.url], ['ws://127.0.0.1:9/announce'], ['wss://127.0.0.1/'], [foreign.url]];
  const announced = await seedWith(t, tiers, (url) => url === own.url);
  await foreign.announced(0);
  await asked(announced, 4);
  const states = announced.node.trackers(announced.torrent.infoHash).map(({ state }) => state);
  assert.deepEqual(states, ['own', 'unsupported', 'unsupported', 'working']);
  assert.equal(own.announces.length, 0);
});

test('announces over UDP too, with one connection id for a minute, and in the order of the tiers', async (t) => {
  const tracker = await startFixedUdpTracker(t, answerUdp);
  const spare = await startFixedTracker(t, working);
  const dead = `udp://127.0.0.1:${await freePort()}/announce`;
  const announced = await seedWith(t, [[dead], [tracker.url], [spare.url]]);
  await asked(announced, 2);
  const { node, torrent, port } = announced;
  const states = node.trackers(torrent.infoHash).map(({ state, message }) => [state, message]);
  assert.deepEqual(states, [
    ['failing', 'the connection was refused'],
    ['working', undefined],
    ['waiting', undefined],
  ]);
  assert.equal(spare.announces.length, 0);
  assert.deepEqual([node.trackers(torrent.infoHash)[1]?.complete, tracker.actions()], [1, [0, 1]]);
  const request = parseUdpAnnounce(tracker.packets[1] as Buffer, 4);
  assert.ok('left' in request);
  assert.deepEqual([request.left, request.port, request.event, request.numWant], [0, port, 'started', 0]);
  await node.stop();
  assert.deepEqual(tracker.actions(), [0, 1, 1]);
  const leave = parseUdpAnnounce(tracker.packets[2] as Buffer, 4);
  assert.equal('event' in leave && leave.event, 'stopped');
});

test('waits longer after each failure, but for no more than half an hour', async (t) => {
  const tracker = await startFixedTracker(t, failing('later'));
  const announced = await seedWith(t, [[tracker.url]]);
  await asked(announced);
  const waits: number[] = [];
  for (let count = 2; count <= 10; count++)
    waits.push(await askedAgain(announced.clock, tracker.announces, count));
  assert.ok((waits[0] ?? 0) <= 45_000, waits.join(' '));
  assert.ok((waits[3] ?? 0) >= 200_000, waits.join(' '));
  assert.ok(Math.max(...waits) <= 1_900_000, waits.join(' '));
});

test('what went wrong last with a tracker is told, also once it has answered', async (t) => {
  let isWell = false;
  const tracker = await startFixedTracker(t, (request, response) =>
    (isWell ? working : failing('no room'))(request, response),
  );
  const announced = await seedWith(t, [[tracker.url]]);
  const { node, torrent, clock } = announced;
  await asked(announced);
  const status = () => node.trackers(torrent.infoHash)[0];
  assert.deepEqual([status()?.message, status()?.lastError], ['no room', 'no room']);
  isWell = true;
  const waitedMs = await askedAgain(clock, tracker.announces, 2);
  await eventually('an answer', () => status()?.state === 'working');
  const { message, failures, lastError, secondsSinceError } = status() ?? {};
  assert.deepEqual([message, failures, lastError], [undefined, 0, 'no room']);
  assert.equal(secondsSinceError, waitedMs / 1000);
});

test('a tracker that says never is asked no more', async (t) => {
  const tracker = await startFixedTracker(t, failing('banned', 'never'));
  const announced = await seedWith(t, [[tracker.url]]);
  await asked(announced);
  announced.clock.advance(10_000_000);
  assert.equal(announced.node.trackers(announced.torrent.infoHash)[0]?.state, 'refused');
  assert.equal(tracker.announces.length, 1);
});

test('an answer that is no answer is a failure', async (t) => {
  for (const body of ['', 'hello', 'd', 'i5e', 'l'.repeat(10_000), 'd8:intervali-5ee']) {
    const tracker = await startFixedTracker(t, (_request, response) => response.end(body));
    const announced = await seedWith(t, [[tracker.url]]);
    await asked(announced);
    const [status] = announced.node.trackers(announced.torrent.infoHash);
    assert.ok(status?.state === 'failing' || body.startsWith('d8'), body);
  }
});

test('does not wait long for trackers that do not answer when it stops', async (t) => {
  const started = { answered: false };
  const tracker = await startFixedTracker(t, (request, response) => {
    if (!started.answered) working(request, response);
    started.answered = true;
  });
  const announced = await seedWith(t, [[tracker.url]]);
  await asked(announced);
  const before = performance.now();
  await announced.node.stop();
  assert.ok(performance.now() - before < 30_000, 'it does not wait for the answer, which never comes');
});

test('a torrent that is fetched asks for peers, tells what is left, and says once that it is complete', async (t) => {
  const tracker = await startFixedTracker(t, working);
  const fixture = await makeTorrentFixture(t, { announceTiers: [[tracker.url]] });
  const { port } = await seedFixture(t, { ...fixture, metainfo: { ...fixture.metainfo, announceTiers: [] } });
  const { node, torrent } = await mirrorFixture(t, fixture, []);
  const started = await tracker.announced(0);
  assert.deepEqual([started.get('event'), started.get('left')], ['started', '100000']);
  assert.ok(Number(started.get('numwant')) > 0);
  node.addPeers(torrent.infoHash, [loopbackPeer(port)]);
  const completed = await tracker.announced(1);
  assert.deepEqual([completed.get('event'), completed.get('left')], ['completed', '0']);
  assert.equal(completed.get('downloaded'), '100000');
});

test('a torrent that has all that is wanted of it is announced as a partial seed (BEP 21), never as completed', async (t) => {
  const tracker = await startFixedTracker(t, working);
  const content = { 'a.bin': 100_000, 'b.bin': 100_000 };
  const fixture = await makeTorrentFixture(t, { content, announceTiers: [[tracker.url]] });
  const { port } = await seedFixture(t, { ...fixture, metainfo: { ...fixture.metainfo, announceTiers: [] } });
  const node = await startMirrorNode(t);
  const dataPath = join(await makeTempFolder(t), 'sample');
  const filePriorities = [{ files: 'b.bin', priority: 0 }];
  const preferences = { ...DEFAULT_PREFERENCES, filePriorities };
  const torrent = node.add({ ...fixture, dataPath, isMirrored: true, preferences });
  assert.equal((await tracker.announced(0)).get('event'), 'started');
  node.addPeers(torrent.infoHash, [loopbackPeer(port)]);
  const paused = await tracker.announced(1);
  assert.deepEqual([paused.get('event'), paused.get('numwant')], ['paused', '0']);
  assert.equal(Number(paused.get('left')), torrent.leftBytes);
  assert.ok(torrent.leftBytes > 0);
});
