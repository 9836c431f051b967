import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { pino } from 'pino';
import { makePeerId } from '../../../../src/bittorrent/peer-id.ts';
import { metadataTask } from '../../../../src/seeder/metadata/fetch-metadata.ts';
import { eventually } from '../../../support/eventually.ts';
import { listenOn } from '../../../support/listen-on.ts';
import { loopbackPeer } from '../../../support/mirrored-torrent.ts';
import { cleanup } from '../../../support/scope.ts';
import { makeTorrentFixture, seedFixture } from '../../../support/seeded-torrent.ts';
import { ManualClock } from '../../../support/seeder-clock.ts';

test('peers that strangers name and that say nothing keep the one that a magnet link names waiting once, not for ever', async (t) => {
  const fixture = await makeTorrentFixture(t);
  const { port } = await seedFixture(t, fixture);
  let connections = 0;
  const silent = await Promise.all(
    Array.from({ length: 40 }, async () => {
      const server = createServer((socket) => {
        connections++;
        cleanup(t, () => void socket.destroy());
        socket.on('error', () => {}); // a reset is one way of being closed
      });
      cleanup(t, () => void server.close());
      return loopbackPeer(await listenOn(server, '127.0.0.1'));
    }),
  );
  const clock = new ManualClock();
  const { infoHash, infoBytes } = fixture.metainfo;
  const task = metadataTask({
    magnet: { infoHash, peers: [loopbackPeer(port)], trackers: [], webSeeds: [] },
    peerId: makePeerId(new Uint8Array(12).fill(7)),
    clientVersion: 'Seedbed test',
    clock,
    logger: pino({ level: 'silent' }),
    encryption: { mode: 'off' } as Parameters<typeof metadataTask>[0]['encryption'],
    port: 0,
    find: (_magnet, onPeers) => onPeers(silent),
  });
  const fetching = task({ signal: AbortSignal.timeout(10_000), progressed: () => {} });
  await eventually('strangers to have all places', () => connections === 8);
  clock.advance(30_001); // they are left
  await eventually('others to be asked', () => {
    clock.advance(100);
    return connections > 8;
  });
  const torrent = await fetching;
  assert.ok(Buffer.from(torrent).includes(Buffer.from(infoBytes)));
});
