import assert from 'node:assert/strict';
import type { InfoHash } from '../../bittorrent/info-hash.ts';
import type { Persistence } from '../persistence.ts';
import { type ConformanceCase, sampleHash, sampleTorrent } from './harness.ts';

const NOW = 1_000_000;

/** The rules of TorrentFeed and CounterFeed: what nodes learn of each other beside peers. */
export const changeCases: readonly ConformanceCase[] = [
  {
    name: 'torrents: data path, state and resume record belong to the node that saved them',
    async run({ persistence: one, openAnother }) {
      const two = await openAnother('two');
      await one.saveTorrent(sampleTorrent(1));
      const tracked = sampleTorrent(1, {
        dataPath: null,
        state: 'tracked',
        resume: null,
        preferences: null,
        transfers: null,
      });
      assert.deepEqual(await two.loadTorrents(), [tracked]);
      await two.saveTorrent(sampleTorrent(1, { dataPath: '/mnt/two', state: 'paused', resume: null }));
      assert.deepEqual(await one.loadTorrents(), [sampleTorrent(1)]);
      assert.equal(await two.saveResume(sampleHash(1), '{}'), true);
      assert.equal(await one.saveTorrentState(sampleHash(1), 'stopped'), true);
      assert.deepEqual(await one.loadTorrents(), [sampleTorrent(1, { state: 'stopped' })]);
      const ofTwo = sampleTorrent(1, { dataPath: '/mnt/two', state: 'paused', resume: '{}' });
      assert.deepEqual(await two.loadTorrents(), [ofTwo]);
    },
  },
  {
    name: 'torrents: a resume record of a torrent that another node saved makes this node no holder',
    async run({ persistence: one, openAnother }) {
      const two = await openAnother('two');
      await one.saveTorrent(sampleTorrent(1));
      assert.equal(await two.saveResume(sampleHash(1), '{}'), true);
      const { torrents } = await two.torrentsSince(0, 10);
      assert.deepEqual(torrents, [
        {
          torrent: sampleTorrent(1, {
            dataPath: null,
            state: 'tracked',
            resume: '{}',
            preferences: null,
            transfers: null,
          }),
          holders: [one.nodeId],
        },
      ]);
    },
  },
  {
    name: 'torrent feed: it tells what any node saved, with all who have the data',
    async run({ persistence: one, openAnother }) {
      const two = await openAnother('two');
      await one.saveTorrent(sampleTorrent(1));
      await two.saveTorrent(sampleTorrent(1));
      await two.saveTorrent(sampleTorrent(2, { dataPath: null }));
      const { torrents, lastSequence, isMore } = await one.torrentsSince(0, 10);
      const told = torrents.map(({ torrent, holders }) => [torrent.infoHash[0], holders]);
      assert.deepEqual(told, [
        [1, [one.nodeId, two.nodeId]],
        [2, []],
      ]);
      assert.deepEqual([lastSequence, isMore], [(await one.revisions()).torrents, false]);
      assert.deepEqual((await one.torrentsSince(lastSequence, 10)).torrents, []);
    },
  },
  {
    name: 'torrent feed: pages come in order of change and lose nothing; a limit below 1 is refused',
    async run({ persistence }) {
      for (const byte of [1, 2, 3, 1]) await persistence.saveTorrent(sampleTorrent(byte));
      const told: number[] = [];
      let sequence = 0;
      for (let isMore = true; isMore; ) {
        const page = await persistence.torrentsSince(sequence, 1);
        told.push(...page.torrents.map(({ torrent }) => torrent.infoHash[0] ?? 0));
        ({ lastSequence: sequence, isMore } = page);
      }
      assert.deepEqual(told, [2, 3, 1]);
      await assert.rejects(persistence.torrentsSince(0, 0), RangeError);
    },
  },
  {
    name: 'torrent feed: a removal, by any node, shows in the count and the info-hashes',
    async run({ persistence: one, openAnother }) {
      const two = await openAnother('two');
      for (const byte of [1, 2]) await one.saveTorrent(sampleTorrent(byte));
      await two.removeTorrent(sampleHash(1));
      assert.equal(await one.countTorrents(), 1);
      assert.deepEqual(await one.torrentHashes(), [sampleHash(2)]);
      await one.saveTorrent(sampleTorrent(1, { dataPath: null }));
      const { torrents } = await one.torrentsSince(0, 10);
      assert.deepEqual(torrents.find(({ torrent }) => torrent.infoHash[0] === 1)?.holders, []);
    },
  },
  {
    name: 'counter feed: a node is told the totals that others raised, and not its own',
    async run({ persistence: one, openAnother }) {
      const two = await openAnother('two');
      await one.saveCompleted([{ infoHash: sampleHash(1), completed: 3 }], NOW);
      await two.saveCompleted(
        [
          { infoHash: sampleHash(1), completed: 4 },
          { infoHash: sampleHash(2), completed: 5 },
        ],
        NOW,
      );
      assert.deepEqual(await told(one, 0), [
        [1, 7, 3],
        [2, 5, 0],
      ]);
      assert.deepEqual(await told(two, 0), [[1, 7, 4]]);
    },
  },
  {
    name: 'counter feed: going on from the last sequence tells only what was raised since',
    async run({ persistence: one, openAnother }) {
      const two = await openAnother('two');
      await two.saveCompleted([{ infoHash: sampleHash(1), completed: 4 }], NOW);
      const { lastSequence } = await one.completedSince(0, one.nodeId, 10);
      await one.saveCompleted([{ infoHash: sampleHash(9), completed: 1 }], NOW);
      const next = await one.completedSince(lastSequence, one.nodeId, 10);
      assert.deepEqual([next.totals, next.isMore], [[], false]);
      await two.saveCompleted([{ infoHash: sampleHash(1), completed: 6 }], NOW);
      assert.deepEqual(await told(one, next.lastSequence), [[1, 6, 0]]);
    },
  },
  {
    name: 'counter feed: pages lose nothing of hundreds that were raised in one call; a limit below 1 is refused',
    async run({ persistence: one, openAnother }) {
      const two = await openAnother('two');
      const counts = Array.from({ length: 250 }, (_, byte) => ({
        infoHash: sampleHash(byte),
        completed: byte + 1,
      }));
      await two.saveCompleted(counts, NOW);
      const seen = new Set<number>();
      let sequence = 0;
      for (let isMore = true; isMore; ) {
        const page = await one.completedSince(sequence, one.nodeId, 70);
        assert.ok(page.totals.length <= 70);
        for (const { infoHash } of page.totals) seen.add(first(infoHash));
        ({ lastSequence: sequence, isMore } = page);
      }
      assert.equal(seen.size, 250);
      await assert.rejects(one.completedSince(0, one.nodeId, 0), RangeError);
    },
  },
];

async function told(persistence: Persistence, sequence: number): Promise<number[][]> {
  const { totals } = await persistence.completedSince(sequence, persistence.nodeId, 100);
  return totals
    .map(({ infoHash, completed, completedHere }) => [first(infoHash), completed, completedHere])
    .sort(([a = 0], [b = 0]) => a - b);
}

function first(infoHash: InfoHash): number {
  return infoHash[0] ?? 0;
}
