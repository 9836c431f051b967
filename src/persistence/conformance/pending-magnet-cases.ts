import assert from 'node:assert/strict';
import type { PendingMagnetRow } from '../pending-magnet-store.ts';
import { type ConformanceCase, sampleHash, sampleTorrent } from './harness.ts';

function sampleMagnet(seed: number, change: Partial<PendingMagnetRow> = {}): PendingMagnetRow {
  return {
    infoHash: sampleHash(seed),
    infoHashV2: null,
    name: `magnet ${seed}`,
    link: `magnet:?xt=urn:btih:${seed}`,
    target: '/srv/mirrors',
    state: 'started',
    preferences: null,
    limits: null,
    failure: null,
    createdAtSeconds: 1000 + seed,
    ...change,
  };
}

/** The rules of PendingMagnetStore. */
export const pendingMagnetCases: readonly ConformanceCase[] = [
  {
    name: 'pending magnets: there are none at first, and those that are saved come back as they are, oldest first',
    async run({ persistence: { magnets } }) {
      assert.deepEqual(await magnets.loadPendingMagnets(), []);
      const rows = [
        sampleMagnet(1, {
          infoHashV2: new Uint8Array(32).fill(0xfe),
          name: 'Fjällräven 日本 🎬',
          link: `magnet:?tr=${'x'.repeat(70_000)}`,
          preferences: '{"isSequential":true}',
          limits: '{"upload":1024}',
        }),
        sampleMagnet(2, { name: '', failure: { code: 'ERR_SOURCE', message: 'it is private' } }),
      ];
      for (const row of rows.toReversed()) await magnets.savePendingMagnet(row);
      assert.deepEqual(await magnets.loadPendingMagnets(), rows);
    },
  },
  {
    name: 'pending magnets: saving one again replaces it, removing it takes it away once',
    async run({ persistence: { magnets } }) {
      await magnets.savePendingMagnet(sampleMagnet(1, { failure: { code: 'ERR_X', message: 'x' } }));
      await magnets.savePendingMagnet(sampleMagnet(1, { state: 'stopped' }));
      assert.deepEqual(await magnets.loadPendingMagnets(), [sampleMagnet(1, { state: 'stopped' })]);
      assert.equal(await magnets.removePendingMagnet(sampleHash(2)), false);
      assert.equal(await magnets.removePendingMagnet(sampleHash(1)), true);
      assert.equal(await magnets.removePendingMagnet(sampleHash(1)), false);
      assert.deepEqual(await magnets.loadPendingMagnets(), []);
    },
  },
  {
    name: 'pending magnets: each node has its own, also of one info-hash, and they outlive the handle',
    async run({ persistence: one, openAnother }) {
      const two = await openAnother('two');
      await one.magnets.savePendingMagnet(sampleMagnet(1, { target: '/one' }));
      await two.magnets.savePendingMagnet(sampleMagnet(1, { target: '/two' }));
      await one.close();
      const again = await openAnother('one');
      assert.deepEqual(await again.magnets.loadPendingMagnets(), [sampleMagnet(1, { target: '/one' })]);
      assert.equal(await again.magnets.removePendingMagnet(sampleHash(1)), true);
      assert.deepEqual(await two.magnets.loadPendingMagnets(), [sampleMagnet(1, { target: '/two' })]);
    },
  },
  {
    name: 'pending magnets: they are no torrents, and stay when a torrent of their info-hash comes and goes',
    async run({ persistence }) {
      await persistence.magnets.savePendingMagnet(sampleMagnet(1));
      assert.deepEqual(await persistence.loadTorrents(), []);
      await persistence.saveTorrent(sampleTorrent(1));
      await persistence.removeTorrent(sampleHash(1));
      assert.equal((await persistence.magnets.loadPendingMagnets()).length, 1);
    },
  },
  {
    name: 'pending magnets: those of a node go with it',
    async run({ persistence: one, openAnother }) {
      const two = await openAnother('two');
      await one.magnets.savePendingMagnet(sampleMagnet(1));
      await two.magnets.savePendingMagnet(sampleMagnet(2));
      await one.removeNode(two.nodeId);
      assert.deepEqual(await two.magnets.loadPendingMagnets(), []);
      assert.equal((await one.magnets.loadPendingMagnets()).length, 1);
    },
  },
];
