import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { FakeLeech, fakeDownload } from '../../../support/fake-leech.ts';

/** A peer that gives so fast that it is asked for a thousand blocks ahead. */
async function fastPeer() {
  const { clock, downloader } = fakeDownload({ pieceCount: 400, pieceLength: 16 * 16_384 });
  const peer = new FakeLeech(downloader);
  peer.peerMaxRequests = 2000;
  peer.unchoke();
  await turn();
  for (let given = 0; peer.asked.length < 1000; given++) {
    assert.ok(given < 3000, `${peer.asked.length} blocks are asked for ahead`);
    peer.give(1);
    if (given % 1000 === 999) {
      clock.nowMs += 1000;
      downloader.tick(clock.nowMs, 1);
    }
    if (peer.asked.length === 0 || given % 1000 === 999) await turn();
  }
  return { downloader, peer };
}

test('a fast peer that chokes us, and refuses all that it was asked for, stays', async () => {
  const { peer } = await fastPeer();
  for (let chokes = 0; chokes < 3; chokes++) {
    const asked = [...peer.asked];
    assert.equal(asked.length, 1000);
    peer.choke();
    peer.refuse(asked);
    assert.equal(peer.isClosed, false);
    assert.equal(peer.leech.takenBack, 0);
    peer.unchoke();
    await turn();
  }
});

test('so does one that refuses before it chokes', async () => {
  const { peer } = await fastPeer();
  peer.refuse([...peer.asked]);
  peer.choke();
  assert.equal(peer.isClosed, false);
});

test('and one that answers the requests which a pause takes back by refusing them', async () => {
  const { peer, downloader } = await fastPeer();
  const asked = [...peer.asked];
  downloader.pause();
  downloader.resume();
  await turn(); // the same blocks are asked for again before the first refusal comes
  peer.refuse(asked);
  await turn();
  peer.give(1000);
  assert.equal(peer.isClosed, false);
});

test('who refuses all that it is asked for, again and again, is a flood', async () => {
  const { downloader } = fakeDownload({ pieceCount: 400, pieceLength: 16 * 16_384 });
  const peer = new FakeLeech(downloader);
  peer.unchoke();
  for (let rounds = 0; rounds < 500 && !peer.isClosed; rounds++) {
    await turn();
    peer.refuse(peer.asked.splice(0));
  }
  assert.equal(peer.closedFor, 'flood');
});

test('so is who refuses what it was never asked for', () => {
  const { downloader } = fakeDownload({ pieceCount: 1, pieceLength: 16_384 });
  const peer = new FakeLeech(downloader);
  peer.refuse(new Array(3000).fill({ piece: 0, begin: 0 }));
  assert.equal(peer.closedFor, 'flood');
});
