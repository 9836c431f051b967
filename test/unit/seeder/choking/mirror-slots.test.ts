import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { eventually } from '../../../support/eventually.ts';
import { FakePeer, handshakeBytes, messageBytes, numbersBytes } from '../../../support/fake-peer.ts';
import { mirrorFixture } from '../../../support/mirrored-torrent.ts';
import {
  makeTorrentFixture,
  seedFixture,
  type TorrentFixture,
  torrentState,
} from '../../../support/seeded-torrent.ts';
import { ManualClock } from '../../../support/seeder-clock.ts';

const BLOCK = 16_384;
const PIECES = 40;

/** An interested peer of a mirror that has the first pieces of it, and gives them or not. */
async function join(
  t: TestContext,
  port: number,
  { metainfo, data }: TorrentFixture,
  { pieces, gives }: { readonly pieces: number; readonly gives: boolean },
): Promise<FakePeer> {
  const peer = await FakePeer.connect(t, port);
  peer.send(handshakeBytes(metainfo.infoHash), messageBytes(2), messageBytes(1));
  for (let piece = 0; piece < pieces; piece++) peer.send(numbersBytes(4, piece));
  if (!gives) return peer;
  peer.socket.on('data', () => {
    for (const request of peer.messages.filter(([id]) => id === 6)) {
      peer.messages.splice(peer.messages.indexOf(request), 1);
      const start = request.readUInt32BE(1) * metainfo.info.pieceLength + request.readUInt32BE(5);
      peer.send(
        messageBytes(7, Buffer.concat([request.subarray(1, 9), data.subarray(start, start + BLOCK)])),
      );
    }
  });
  return peer;
}

/** Whether the last that was said is that it may download. */
function isUnchoked({ messages }: FakePeer): boolean {
  return messages.findLast(([id]) => id === 0 || id === 1)?.[0] === 1;
}

test('a mirror serves those who give it blocks, and one more by turns', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: PIECES * BLOCK, pieceLength: BLOCK });
  const clock = new ManualClock();
  const { node, torrent } = await mirrorFixture(t, fixture, [], {
    clock,
    limits: { uploadSlotsPerTorrent: 2 },
  });
  await torrentState(node, torrent, 'downloading');
  const idle: FakePeer[] = [];
  for (let i = 0; i < 4; i++) idle.push(await join(t, node.port, fixture, { pieces: 0, gives: false }));
  await eventually('both slots to be taken', () => idle.filter(isUnchoked).length === 2);
  const giver = await join(t, node.port, fixture, { pieces: PIECES - 1, gives: true });
  await eventually('all that it has', () => torrent.leftBytes === BLOCK);
  assert.equal(isUnchoked(giver), false);
  clock.advance(12_000);
  await eventually('the one that gives to be served', () => isUnchoked(giver));
  assert.equal(idle.filter(isUnchoked).length, 1);
});

test('a torrent that goes on after a pause serves at once', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: PIECES * BLOCK, pieceLength: BLOCK });
  const { node, port, torrent } = await seedFixture(t, fixture, { limits: { uploadSlotsPerTorrent: 1 } });
  const first = await FakePeer.download(t, port, fixture.metainfo.infoHash);
  node.pauseTorrent(torrent.infoHash);
  await first.next(0);
  const second = await FakePeer.connect(t, port);
  second.send(handshakeBytes(fixture.metainfo.infoHash), messageBytes(2));
  await eventually('it to be known', () => torrent.peers.size === 2);
  node.startTorrent(torrent.infoHash);
  await Promise.race([first.next(1), second.next(1)]);
  assert.equal([...torrent.peers].filter((peer) => peer.isUnchoked).length, 1);
});
