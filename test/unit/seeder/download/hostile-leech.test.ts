import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { PiecePicker } from '../../../../src/seeder/download/piece-picker.ts';
import { FakeLeech, fakeDownload } from '../../../support/fake-leech.ts';

const PIECE = 65_536;

test('an index out of range changes nothing in the order of the pieces', () => {
  const picker = new PiecePicker(4, [0, 1, 2, 3], () => 0);
  picker.increment(5000);
  picker.increment(-1);
  picker.decrement(5000);
  const everything = { isComplete: true, has: () => true };
  const taken = [0, 1, 2, 3].map(() => picker.take(everything)).sort();
  assert.deepEqual(taken, [0, 1, 2, 3]);
});

test('a peer that has left is not listened to', async () => {
  const { downloader } = fakeDownload({ pieceCount: 4, pieceLength: PIECE });
  const gone = new FakeLeech(downloader, new Set());
  gone.close();
  downloader.onPiece(gone.leech, 1);
  assert.equal(gone.leech.wanted, 0);
  assert.equal(gone.leech.counted, undefined);
});

test('a block behind the end of its piece takes no request of another piece', async () => {
  const { downloader } = fakeDownload({ pieceCount: 4, pieceLength: PIECE });
  const peer = new FakeLeech(downloader);
  peer.unchoke();
  await turn();
  const asked = [...peer.leech.asked];
  assert.ok(asked.length > 0);
  for (const { piece, begin } of peer.asked) {
    for (const index of [0, -1, 4, 5000]) {
      const alias = (piece - index) * PIECE + begin;
      if (index !== piece) downloader.onBlock(peer.leech, index, alias, new Uint8Array(0));
      if (index !== piece) downloader.onRejected(peer.leech, index, alias);
    }
  }
  assert.deepEqual([...peer.leech.asked], asked);
  assert.equal(peer.leech.receivedBytes, 0);
});

test('a block of a wrong length goes back to the others', async () => {
  const { downloader } = fakeDownload({ pieceCount: 1, pieceLength: PIECE });
  const liar = new FakeLeech(downloader);
  liar.unchoke();
  await turn();
  const honest = new FakeLeech(downloader);
  honest.unchoke();
  await turn();
  downloader.onBlock(liar.leech, 0, 0, new Uint8Array(5));
  assert.ok(liar.isClosed);
  await turn();
  honest.give(4);
  await turn();
  assert.equal(downloader.missing, 0);
});

test('memory that is not to be had ends the download, not the process', async () => {
  const failures: string[] = [];
  const { downloader } = fakeDownload({
    pieceCount: 1,
    pieceLength: 2 ** 53,
    listener: { onFailed: (error) => failures.push(error.code) },
  });
  new FakeLeech(downloader).unchoke();
  await turn();
  assert.deepEqual(failures, ['ERR_STORAGE_UNWRITABLE']);
});

/** A download of one piece that was bad, of which an enemy gave a block and another peer the rest. */
async function suspectPiece() {
  let isGood = false;
  const made = fakeDownload({ pieceCount: 1, pieceLength: PIECE, isGood: () => isGood });
  const { downloader, clock } = made;
  const enemy = new FakeLeech(downloader);
  const honest = new FakeLeech(downloader);
  enemy.unchoke();
  await turn();
  enemy.give(1);
  enemy.choke();
  honest.unchoke();
  await turn();
  honest.give(3);
  enemy.unchoke();
  await turn();
  isGood = true;
  assert.equal(enemy.asked.length + honest.asked.length, 4);
  if (enemy.asked.length === 0) {
    honest.choke(); // the enemy is to be the one
    await turn();
    honest.unchoke();
    await turn();
  }
  const pass = async (seconds: number, each: () => void): Promise<void> => {
    for (let count = 0; count < seconds; count++) {
      clock.nowMs += 1000;
      downloader.tick(clock.nowMs, 1);
      await turn();
      each();
    }
  };
  assert.equal(enemy.asked.length, 4);
  return { downloader, enemy, honest, pass };
}

test('a silent peer does not hold back a piece that it alone is to give', async () => {
  const { downloader, honest, pass } = await suspectPiece();
  await pass(40, () => honest.give(100));
  await turn();
  assert.equal(downloader.missing, 0);
});

test('nor does one that gives a block just in time to seem alive', async () => {
  const { downloader, enemy, honest, pass } = await suspectPiece();
  let seconds = 0;
  await pass(70, () => {
    if (seconds++ % 29 === 28) enemy.give(1);
    honest.give(100);
  });
  await turn();
  assert.equal(downloader.missing, 0);
});

test('nor does one that chokes and unchokes', async () => {
  const { downloader, enemy, honest, pass } = await suspectPiece();
  await pass(3, () => {
    enemy.choke();
    enemy.unchoke();
    honest.give(100);
  });
  await turn();
  assert.equal(downloader.missing, 0);
});

test('the only peer gets such a piece again, though it lost it', async () => {
  const { downloader, enemy, honest, pass } = await suspectPiece();
  honest.close();
  enemy.choke();
  enemy.unchoke();
  await pass(2, () => enemy.give(100));
  await turn();
  assert.equal(downloader.missing, 0);
});
