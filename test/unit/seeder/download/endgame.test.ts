import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { FakeLeech, fakeDownload } from '../../../support/fake-leech.ts';

const BLOCK = 16_384;

type Request = { readonly piece: number; readonly begin: number };

const named = (requests: readonly Request[]): string[] =>
  requests.map(({ piece, begin }) => `${piece}:${begin}`).sort();

/** The last two pieces of four blocks each: one peer was asked for all of them, and another has nothing to do. */
async function lastBlocks() {
  const written: { readonly offset: number; readonly bytes: Uint8Array }[] = [];
  const made = fakeDownload({
    pieceCount: 2,
    pieceLength: 4 * BLOCK,
    write: async (bytes, offset) => void written.push({ offset, bytes: Uint8Array.from(bytes) }),
  });
  const join = async (): Promise<FakeLeech> => {
    const peer = new FakeLeech(made.downloader);
    peer.unchoke();
    await turn();
    return peer;
  };
  const slow = await join();
  const quick = await join();
  return { ...made, written, join, slow, quick };
}

test('a peer with nothing else to do is asked for the last blocks too', async () => {
  const { slow, quick } = await lastBlocks();
  assert.equal(slow.asked.length, 8);
  assert.deepEqual(named(quick.asked), named(slow.asked));
});

test('but not while there are others to ask for', async () => {
  const { downloader } = fakeDownload({ pieceCount: 40, pieceLength: 4 * BLOCK });
  const peers = [new FakeLeech(downloader), new FakeLeech(downloader), new FakeLeech(downloader)];
  for (const peer of peers) peer.unchoke();
  await turn();
  const asked = peers.flatMap((peer) => named(peer.asked));
  assert.equal(new Set(asked).size, asked.length);
});

test('no block is asked of a third peer while two owe it', async () => {
  const { join } = await lastBlocks();
  const third = await join();
  assert.deepEqual(third.asked, []);
});

test('the first answer takes the request back from the other, and only that one', async () => {
  const { slow, quick } = await lastBlocks();
  const [first] = quick.asked as [Request];
  quick.give(1);
  await turn();
  assert.deepEqual(slow.cancelled, [first]);
  assert.equal(slow.asked.length, 7);
  slow.give(1);
  await turn();
  assert.equal(quick.cancelled.length, 1);
  assert.equal(quick.asked.length, 6);
});

test('whichever comes second is written over nothing, and each piece is written once', async () => {
  const { downloader, written, slow, quick } = await lastBlocks();
  const all = [...quick.asked];
  for (const { piece, begin } of all) {
    const at = quick.asked.findIndex((request) => request.piece === piece && request.begin === begin);
    if (at >= 0) quick.asked.splice(at, 1);
    quick.send(piece, begin, 1);
    slow.send(piece, begin, 2); // it crossed with what took it back
  }
  await turn();
  await turn();
  assert.equal(downloader.missing, 0);
  assert.deepEqual(written.map(({ offset }) => offset).sort(), [0, 4 * BLOCK]);
  for (const { bytes } of written) assert.ok(bytes.every((byte) => byte === 1));
  assert.deepEqual([slow.isClosed, slow.leech.receivedBytes], [false, 0]);
  assert.equal(quick.leech.receivedBytes, 8 * BLOCK);
});

test('late duplicates are no flood, however many; blocks that were never asked for are', async () => {
  const { downloader } = fakeDownload({ pieceCount: 600, pieceLength: BLOCK });
  const slow = new FakeLeech(downloader);
  slow.unchoke();
  await turn();
  while (downloader.missing > slow.asked.length) {
    slow.give(Math.min(slow.asked.length, downloader.missing - slow.asked.length));
    await turn();
  }
  assert.ok(slow.asked.length > 200, `${slow.asked.length}`);
  const quick = new FakeLeech(downloader);
  quick.unchoke();
  await turn();
  while (downloader.missing > 0) {
    const [{ piece, begin }] = quick.asked as [Request];
    quick.give(1);
    slow.send(piece, begin);
    await turn();
  }
  assert.ok(slow.cancelled.length > 200);
  assert.equal(slow.isClosed, false);
  for (let count = 0; count <= 100 && !slow.isClosed; count++) slow.send(0, 0);
  assert.equal(slow.isClosed, true);
});

test('when one of the two is gone, another may be asked in its place', async () => {
  const { slow, quick, join } = await lastBlocks();
  quick.close();
  await turn();
  assert.equal(slow.asked.length, 8);
  const third = await join();
  assert.deepEqual(named(third.asked), named(slow.asked));
});

test('when one of the two refuses a block, it is not lost, and the other may be asked on', async () => {
  const { downloader, slow, quick, join } = await lastBlocks();
  const [{ piece, begin }] = quick.asked as [Request];
  quick.asked.shift();
  downloader.onRejected(quick.leech, piece, begin);
  await turn();
  const third = await join();
  assert.deepEqual(named(third.asked), [`${piece}:${begin}`]);
  slow.give(8);
  await turn();
  await turn();
  assert.equal(downloader.missing, 0);
  assert.equal(quick.asked.length + third.asked.length, 0);
});
