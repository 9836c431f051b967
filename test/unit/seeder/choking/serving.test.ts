import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { eventually } from '../../../support/eventually.ts';
import { FakePeer, handshakeBytes, messageBytes, numbersBytes } from '../../../support/fake-peer.ts';
import { loopbackPeer, mirrorFixture } from '../../../support/mirrored-torrent.ts';
import { makeTorrentFixture, seedFixture, torrentState } from '../../../support/seeded-torrent.ts';
import { ManualClock } from '../../../support/seeder-clock.ts';

const UNCHOKE = 1;
const HAVE = 4;

async function seeded(t: TestContext) {
  const fixture = await makeTorrentFixture(t);
  const clock = new ManualClock();
  const { port, node, torrent } = await seedFixture(t, fixture, { clock });
  const { infoHash } = fixture.metainfo;
  const interested = async (): Promise<FakePeer> => {
    const peer = await FakePeer.connect(t, port);
    peer.send(handshakeBytes(infoHash), messageBytes(2));
    await eventually('interest', () => [...torrent.peers].some(({ isInterested }) => isInterested));
    return peer;
  };
  return { node, torrent, clock, port, infoHash, interested };
}

const isUnchoked = ({ messages }: FakePeer): boolean => messages.some(([id]) => id === UNCHOKE);

test('a torrent for the needy goes on with whom it serves, and lets a new peer wait that comes on', async (t) => {
  const { node, torrent, clock, port, infoHash, interested } = await seeded(t);
  const served = await FakePeer.download(t, port, infoHash);
  node.setServing(infoHash, 'needy');
  served.request(0, 0, 16_384);
  await served.next(7);
  const newcomer = await interested();
  for (let piece = 0; piece < 3; piece++) {
    newcomer.send(numbersBytes(HAVE, piece));
    await eventually('the have', () => [...torrent.peers].some(({ progress }) => progress > piece / 4));
    clock.advance(30_000);
  }
  assert.equal(isUnchoked(newcomer), false);
});

test('a torrent for the needy serves a peer that has had no new piece for a minute', async (t) => {
  const { node, clock, infoHash, interested } = await seeded(t);
  node.setServing(infoHash, 'needy');
  const peer = await interested();
  clock.advance(60_000);
  assert.equal(isUnchoked(peer), false);
  clock.advance(20_000);
  await peer.next(UNCHOKE);
  peer.request(0, 0, 16_384);
  await peer.next(7);
});

test('a torrent that is for everybody again serves at once who waits', async (t) => {
  const { node, infoHash, interested } = await seeded(t);
  node.setServing(infoHash, 'needy');
  const peer = await interested();
  node.setServing(infoHash, 'everybody');
  await peer.next(UNCHOKE);
});

test('a torrent for nobody ends its connections and takes no others, until it is for everybody again', async (t) => {
  const { node, port, infoHash } = await seeded(t);
  const changes: string[] = [];
  node.on('servingChanged', ({ serving }, before) => changes.push(`${before} to ${serving}`));
  const served = await FakePeer.download(t, port, infoHash);
  node.setServing(infoHash, 'nobody');
  await served.end();
  const late = await FakePeer.connect(t, port);
  late.send(handshakeBytes(infoHash));
  await late.end();
  assert.equal(node.counters.closedTotal['torrent-unavailable'], 2);
  node.setServing(infoHash, 'everybody');
  await FakePeer.download(t, port, infoHash);
  assert.deepEqual(changes, ['everybody to nobody', 'nobody to everybody']);
});

test('a torrent that is fetched for nobody goes on fetching, and gives nothing', async (t) => {
  const fixture = await makeTorrentFixture(t);
  const source = await seedFixture(t, fixture);
  const { node, torrent } = await mirrorFixture(t, fixture, []);
  await torrentState(node, torrent, 'downloading');
  const { infoHash } = fixture.metainfo;
  node.setServing(infoHash, 'nobody');
  const peer = await FakePeer.connect(t, node.port);
  peer.send(handshakeBytes(infoHash), messageBytes(2));
  await eventually('interest', () => [...torrent.peers].some(({ isInterested }) => isInterested));
  node.addPeers(infoHash, [loopbackPeer(source.port)]);
  await torrentState(node, torrent, 'seeding');
  assert.equal(isUnchoked(peer), false);
  assert.equal(torrent.uploadedBytes, 0);
  node.setServing(infoHash, 'nobody'); // said again of a torrent that is whole now
  await peer.end();
});

test('whom an unknown torrent is served to cannot be changed', async (t) => {
  const { node } = await seeded(t);
  const unknown = (await makeTorrentFixture(t, { content: 5_000 })).metainfo.infoHash;
  assert.throws(() => node.setServing(unknown, 'needy'), { code: 'ERR_TORRENT_UNKNOWN' });
});
