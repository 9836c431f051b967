import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { eventually } from '../../../support/eventually.ts';
import { FakeLeech, fakeDownload } from '../../../support/fake-leech.ts';
import { loopbackPeer, mirrorFixture } from '../../../support/mirrored-torrent.ts';
import { makeTorrentFixture, seedFixture } from '../../../support/seeded-torrent.ts';

const PIECE = 65_536; // four blocks

/** The pieces that a peer is asked for. */
function piecesAsked({ asked }: FakeLeech): number[] {
  return [...new Set(asked.map(({ piece }) => piece))].sort((a, b) => a - b);
}

test('a peer that chokes us is asked for the pieces that it allows, and no others', async () => {
  const { downloader } = fakeDownload({ pieceCount: 8, pieceLength: PIECE });
  const peer = new FakeLeech(downloader);
  peer.allow(3);
  peer.allow(5);
  await turn();
  assert.deepEqual(piecesAsked(peer), [3, 5]);
  assert.equal(peer.asked.length, 8);
  peer.give(8);
  await turn();
  assert.equal(peer.asked.length, 0);
});

test('a piece that it allows and does not have is not asked for', async () => {
  const { downloader } = fakeDownload({ pieceCount: 8, pieceLength: PIECE });
  const peer = new FakeLeech(downloader, new Set([1, 2]));
  peer.allow(3);
  await turn();
  assert.equal(peer.asked.length, 0);
});

test('a choke takes back the requests for all pieces but those that are allowed', async () => {
  const { downloader } = fakeDownload({ pieceCount: 4, pieceLength: PIECE });
  const peer = new FakeLeech(downloader);
  peer.unchoke();
  await turn();
  assert.equal(peer.asked.length, 16);
  peer.allow(2);
  peer.peerChoking = true;
  downloader.onChoked(peer.leech);
  await turn();
  assert.deepEqual(
    [...peer.leech.asked],
    [8, 9, 10, 11],
    'the blocks of piece 2, which are not asked for once more',
  );
  assert.equal(peer.asked.length, 16);
  const other = new FakeLeech(downloader);
  other.unchoke();
  await turn();
  assert.deepEqual(piecesAsked(other), [0, 1, 3]);
});

test('in the endgame a peer that chokes us is asked for what it allows alone', async () => {
  const { downloader } = fakeDownload({ pieceCount: 2, pieceLength: PIECE });
  const first = new FakeLeech(downloader);
  first.unchoke();
  await turn();
  const second = new FakeLeech(downloader);
  second.allow(1);
  await turn();
  assert.deepEqual(piecesAsked(second), [1]);
});

test('suggested pieces come first, when the peer has them', async () => {
  const { downloader } = fakeDownload({ pieceCount: 40, pieceLength: PIECE });
  const peer = new FakeLeech(downloader, new Set([...Array(30).keys()]));
  peer.suggestedPieces.push(35, 22, 17);
  peer.unchoke();
  await turn();
  assert.deepEqual(
    piecesAsked(peer).filter((piece) => [17, 22, 35].includes(piece)),
    [17, 22],
  );
  assert.deepEqual([peer.asked[0]?.piece, peer.asked[4]?.piece], [22, 17]);
});

test('a mirror gets from a seed that chokes it the pieces that the seed allows', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: 20 * PIECE, pieceLength: PIECE });
  const seed = await seedFixture(t, fixture, { limits: { uploadSlots: 0 } });
  const { torrent } = await mirrorFixture(t, fixture, [loopbackPeer(seed.port)]);
  await eventually('six pieces', () => torrent.completedFraction === 6 / 20);
  assert.deepEqual(
    [...seed.torrent.peers].map(({ isUnchoked }) => isUnchoked),
    [false],
  );
});
