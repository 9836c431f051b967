import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '../../../support/eventually.ts';
import { FakePeer, handshakeBytes, numbersBytes } from '../../../support/fake-peer.ts';
import { startFakeSeed } from '../../../support/fake-seed.ts';
import { loopbackPeer, mirrorFixture } from '../../../support/mirrored-torrent.ts';
import { makeTorrentFixture, seedFixture } from '../../../support/seeded-torrent.ts';
import { ManualClock } from '../../../support/seeder-clock.ts';

test('peers that give nothing do not keep all places: a mirror is complete though they came first', async (t) => {
  const clock = new ManualClock();
  const fixture = await makeTorrentFixture(t);
  const liars = await Promise.all(
    [1, 2, 3].map(() => startFakeSeed(t, fixture, { answer: () => undefined })),
  );
  const { port } = await seedFixture(t, fixture);
  const { node, torrent } = await mirrorFixture(
    t,
    fixture,
    liars.map((liar) => loopbackPeer(liar.port)),
    { clock, limits: { maxOutgoing: 3 } },
  );
  await eventually(
    'them to have all places',
    () => node.counters.connectionsOpened === 3 && torrent.peers.size === 3,
  );
  node.addPeers(torrent.infoHash, [loopbackPeer(port)]);
  for (let second = 0; second < 122; second++) clock.advance(1000); // they are no silent ones, which go after four minutes
  await eventually(
    'the mirror to be complete',
    () => {
      clock.advance(50);
      return torrent.isComplete;
    },
    { intervalMs: 10, deadlineMs: 10_000 },
  );
});

test('peers that come and take nothing leave places for those to whom a mirror connects', async (t) => {
  const fixture = await makeTorrentFixture(t);
  const { port } = await seedFixture(t, fixture);
  const { node, torrent } = await mirrorFixture(t, fixture, [], { limits: { maxConnections: 20 } });
  await eventually('it to be fetched', () => torrent.state === 'downloading');
  for (let number = 0; number < 24; number++) {
    const peer = await FakePeer.connect(t, node.port);
    const peerId = Buffer.from(`-FK0001-${String(number).padStart(12, '0')}`);
    peer.send(handshakeBytes(torrent.infoHash, { peerId }), numbersBytes(2)); // interested for ever
  }
  await eventually('them to have come', () => node.counters.connectionsAccepted === 24);
  assert.ok(node.connectionCount <= 18);
  node.addPeers(torrent.infoHash, [loopbackPeer(port)]);
  await eventually('the mirror to be complete', () => torrent.isComplete);
});
