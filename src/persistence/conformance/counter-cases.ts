import assert from 'node:assert/strict';
import { infoHashToHex } from '../../bittorrent/info-hash.ts';
import type { Persistence } from '../persistence.ts';
import { type ConformanceCase, sampleHash, sampleTorrent } from './harness.ts';

const NOW = 1_000_000;

async function totals(persistence: Persistence): Promise<[string, number, number][]> {
  const all = await persistence.loadCompleted();
  return all
    .map(({ infoHash, completed, completedHere }): [string, number, number] => [
      infoHashToHex(infoHash).slice(0, 2),
      completed,
      completedHere,
    ])
    .sort();
}

/** The rules of CounterStore. */
export const counterCases: readonly ConformanceCase[] = [
  {
    name: 'counters: saving twice counts once, and a smaller number changes nothing',
    async run({ persistence }) {
      const count = { infoHash: sampleHash(1), completed: 5 };
      await persistence.saveCompleted([count], NOW);
      await persistence.saveCompleted([count, { infoHash: sampleHash(2), completed: 1 }], NOW);
      await persistence.saveCompleted([{ infoHash: sampleHash(1), completed: 4 }], NOW);
      assert.deepEqual(await totals(persistence), [
        ['01', 5, 5],
        ['02', 1, 1],
      ]);
    },
  },
  {
    name: 'counters: the highest of a torrent named twice in one call stands',
    async run({ persistence }) {
      const infoHash = sampleHash(1);
      await persistence.saveCompleted(
        [
          { infoHash, completed: 7 },
          { infoHash, completed: 6 },
        ],
        NOW,
      );
      assert.deepEqual(await totals(persistence), [['01', 7, 7]]);
    },
  },
  {
    name: 'counters: the counts of several nodes add up',
    async run({ persistence: one, openAnother }) {
      const two = await openAnother('two');
      await one.saveCompleted([{ infoHash: sampleHash(1), completed: 5 }], NOW);
      await two.saveCompleted([{ infoHash: sampleHash(1), completed: 3 }], NOW);
      assert.deepEqual(await totals(one), [['01', 8, 5]]);
      assert.deepEqual(await totals(two), [['01', 8, 3]]);
    },
  },
  {
    name: 'counters: a torrent shows its count, and saving it never lowers the count',
    async run({ persistence }) {
      await persistence.saveTorrent(sampleTorrent(1));
      await persistence.saveCompleted([{ infoHash: sampleHash(1), completed: 5 }], NOW);
      await persistence.saveTorrent(sampleTorrent(1, { completed: 2 }));
      assert.equal((await persistence.loadTorrents())[0]?.completed, 5);
    },
  },
  {
    name: 'counters: saving a torrent with a higher count raises it to that, over all nodes',
    async run({ persistence: one, openAnother }) {
      const two = await openAnother('two');
      await two.saveCompleted([{ infoHash: sampleHash(1), completed: 3 }], NOW);
      await one.saveTorrent(sampleTorrent(1, { completed: 10 }));
      await one.saveTorrent(sampleTorrent(1, { completed: 10 }));
      assert.equal((await two.loadTorrents())[0]?.completed, 10);
      assert.deepEqual(await totals(two), [['01', 10, 3]]);
    },
  },
  {
    name: 'counters: hundreds are saved in one call, and outlive the handle',
    async run({ persistence, openAnother }) {
      const counts = Array.from({ length: 250 }, (_, i) => ({ infoHash: sampleHash(i), completed: i + 1 }));
      await persistence.saveCompleted(counts, NOW);
      await persistence.close();
      const again = await openAnother('one');
      const sum = (await again.loadCompleted()).reduce((total, { completed }) => total + completed, 0);
      assert.equal(sum, (250 * 251) / 2);
    },
  },
];
