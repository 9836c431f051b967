import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { MemoryBudget } from '../../../../src/seeder/download/memory-budget.ts';
import { FakeLeech, fakeDownload } from '../../../support/fake-leech.ts';

test('whoever holds nothing gets one piece above the bound, and no more', () => {
  const budget = new MemoryBudget(100);
  const [one, other] = [budget.share(), budget.share()];
  assert.deepEqual([one.take(60), one.take(60)], [true, false]);
  assert.deepEqual([other.take(60), other.take(60)], [true, false]);
  assert.equal(budget.usedBytes, 120);
  one.giveBack(60);
  assert.deepEqual([other.take(40), other.take(1)], [true, false]);
  assert.equal(budget.usedBytes, 100);
});

test('memory of pieces is kept for the next ones until the last download ends', async () => {
  const budget = new MemoryBudget(2 ** 20);
  const [first, second] = [0, 1].map(() => fakeDownload({ pieceCount: 2, pieceLength: 65_536, budget }));
  assert.ok(first && second);
  const peer = new FakeLeech(first.downloader);
  peer.unchoke();
  await turn();
  peer.give(4);
  await turn();
  assert.equal(budget.memory.spareBytes, 65_536);
  first.downloader.stop();
  assert.equal(budget.memory.spareBytes, 65_536);
  second.downloader.stop();
  assert.deepEqual([budget.memory.spareBytes, budget.usedBytes], [0, 0]);
});

test('nor is that of a piece kept which is written after that', async () => {
  const budget = new MemoryBudget(2 ** 20);
  const written = Promise.withResolvers<void>();
  const write = (): Promise<void> => written.promise;
  const { downloader } = fakeDownload({ pieceCount: 1, pieceLength: 65_536, budget, write });
  const peer = new FakeLeech(downloader);
  peer.unchoke();
  await turn();
  peer.give(4);
  await turn();
  downloader.stop();
  assert.equal(budget.usedBytes, 65_536);
  written.resolve();
  await turn();
  assert.deepEqual([budget.memory.spareBytes, budget.usedBytes], [0, 0]);
});
