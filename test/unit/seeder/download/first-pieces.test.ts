import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { FakeLeech, fakeDownload } from '../../../support/fake-leech.ts';
import { startFakeSeed } from '../../../support/fake-seed.ts';
import { loopbackPeer, mirrorFixture } from '../../../support/mirrored-torrent.ts';
import { seededRandom } from '../../../support/seeded-random.ts';
import { makeTorrentFixture, torrentState } from '../../../support/seeded-torrent.ts';

const BLOCK = 16_384;

test('a download asks its first peer for pieces that its random source chooses', async () => {
  const askedOf = async (seed: number): Promise<number[]> => {
    const { downloader } = fakeDownload({ pieceCount: 200, pieceLength: BLOCK, random: seededRandom(seed) });
    const peer = new FakeLeech(downloader);
    peer.unchoke();
    await turn();
    return peer.asked.map(({ piece }) => piece);
  };
  const [one, other] = [await askedOf(123_456_789), await askedOf(987_654_321)];
  assert.equal(one.length, 16);
  for (const at of [0, 1, 2, 3]) assert.notEqual(one[at], other[at]);
  assert.notDeepEqual(
    one,
    one.toSorted((a, b) => a - b),
  );
});

test('two mirrors of one torrent begin with different pieces of a seed', async (t) => {
  const fixture = await makeTorrentFixture(t, { content: 400 * BLOCK, pieceLength: BLOCK });
  const order = async (): Promise<number[]> => {
    const pieces: number[] = [];
    const seed = await startFakeSeed(t, fixture, {
      answer: (data, _begin, piece) => {
        pieces.push(piece);
        return data;
      },
    });
    const { node, torrent } = await mirrorFixture(t, fixture, [loopbackPeer(seed.port)]);
    await torrentState(node, torrent, 'seeding', 'failed');
    return pieces;
  };
  const [one, other] = [await order(), await order()];
  assert.deepEqual([one.length, other.length], [400, 400]);
  // Four pieces of 400 in the same order by chance: once in 25 thousand million runs.
  assert.notDeepEqual(one.slice(0, 4), other.slice(0, 4));
  const rising = one.slice(1).filter((piece, at) => piece > (one[at] ?? 0)).length;
  assert.ok(rising > 100 && rising < 300, `${rising} of 399 pieces lie behind those before them`);
});
