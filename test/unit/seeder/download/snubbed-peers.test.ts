import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { FakeLeech, fakeDownload } from '../../../support/fake-leech.ts';

const PIECE = 4 * 16_384;

/** A download of many pieces from a peer that falls silent with all that it was asked for, and one that gives all. */
async function silentPeer() {
  const { clock, downloader } = fakeDownload({ pieceCount: 400, pieceLength: PIECE });
  const silent = new FakeLeech(downloader);
  silent.unchoke();
  await turn();
  const owed = silent.asked.map(({ piece, begin }) => `${piece}:${begin}`);
  const other = new FakeLeech(downloader);
  other.unchoke();
  await turn();
  const given = new Set<string>();
  const second = async (blocks = 10): Promise<void> => {
    clock.nowMs += 1000;
    for (const { piece, begin } of other.asked.slice(0, blocks)) given.add(`${piece}:${begin}`);
    other.give(blocks);
    downloader.tick(clock.nowMs, 1);
    await turn();
  };
  for (let count = 0; count < 29; count++) await second();
  return { downloader, silent, other, owed, given, second };
}

test('a peer that is snubbed keeps one request, and what else it owed is asked of others first', async () => {
  const { silent, other, owed, given, second } = await silentPeer();
  assert.equal(owed.length, 16);
  assert.deepEqual([silent.asked.length, silent.cancelled.length], [16, 0]);
  assert.ok(owed.every((block) => !given.has(block)));
  await second();
  assert.equal(silent.leech.window.isSnubbed, true);
  assert.equal(silent.cancelled.length, 16);
  assert.equal(silent.asked.length, 1);
  for (let count = 0; count < 3; count++) await second();
  const [kept] = silent.asked.map(({ piece }) => `${piece}:`);
  const notGiven = owed.filter((block) => !given.has(block));
  assert.ok(
    notGiven.every((block) => block.startsWith(kept ?? '')),
    `${notGiven}`,
  );
  assert.ok(other.asked.length > 1);
  while (other.asked.length > 0 && given.size < 4 * 400 - 1) await second(1000);
  assert.equal(given.size, 4 * 400 - 1, 'all but the one that it keeps');
  assert.equal(silent.asked.length, 1);
});

test('what it sends late of what was taken back does no harm, and it is asked for as much as a newcomer', async () => {
  const { downloader, silent, second } = await silentPeer();
  await second();
  const before = silent.leech.receivedBytes;
  for (const { piece, begin } of silent.cancelled) {
    if (!silent.asked.some((request) => request.piece === piece && request.begin === begin))
      silent.send(piece, begin);
  }
  await turn();
  assert.deepEqual([silent.isClosed, silent.leech.receivedBytes], [false, before]);
  assert.equal(silent.leech.window.isSnubbed, true, 'a block that nobody waits for proves nothing');
  silent.give(1);
  await turn();
  assert.equal(silent.leech.window.isSnubbed, false);
  assert.equal(silent.asked.length, 17);
  assert.equal(downloader.missing < 400, true);
});
