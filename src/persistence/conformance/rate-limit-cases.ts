import assert from 'node:assert/strict';
import { infoHashToHex } from '../../bittorrent/info-hash.ts';
import type { RateLimitRow } from '../rate-limit-store.ts';
import { type ConformanceCase, sampleHash, sampleTorrent } from './harness.ts';

/** The rules of RateLimitStore. */
export const rateLimitCases: readonly ConformanceCase[] = [
  {
    name: 'rate limits: there are none at first, and those that are saved come back by scope',
    async run({ persistence: { limits } }) {
      assert.deepEqual(await limits.loadRateLimits(), []);
      const rows: RateLimitRow[] = [
        { direction: 'upload', scope: infoHashToHex(sampleHash(1)), bytesPerSecond: 1024 },
        { direction: 'upload', scope: 'each-peer', bytesPerSecond: null },
        { direction: 'upload', scope: 'node', bytesPerSecond: 1_000_000_000_000 },
      ];
      for (const row of rows.toReversed()) await limits.saveRateLimit(row);
      assert.deepEqual(await limits.loadRateLimits(), rows);
    },
  },
  {
    name: 'rate limits: saving one again replaces it, removing it takes it away once',
    async run({ persistence: { limits } }) {
      await limits.saveRateLimit({ direction: 'upload', scope: 'node', bytesPerSecond: 5000 });
      await limits.saveRateLimit({ direction: 'upload', scope: 'node', bytesPerSecond: null });
      assert.deepEqual(await limits.loadRateLimits(), [
        { direction: 'upload', scope: 'node', bytesPerSecond: null },
      ]);
      assert.equal(await limits.removeRateLimit('upload', 'node'), true);
      assert.equal(await limits.removeRateLimit('upload', 'node'), false);
      assert.deepEqual(await limits.loadRateLimits(), []);
    },
  },
  {
    name: 'rate limits: those of downloads are others than those of uploads',
    async run({ persistence: { limits } }) {
      const rows: RateLimitRow[] = [
        { direction: 'upload', scope: 'node', bytesPerSecond: 5000 },
        { direction: 'download', scope: 'each-peer', bytesPerSecond: null },
        { direction: 'download', scope: 'node', bytesPerSecond: 1_000_000_000_000 },
      ];
      for (const row of rows.toReversed()) await limits.saveRateLimit(row);
      assert.deepEqual(await limits.loadRateLimits(), rows);
      assert.equal(await limits.removeRateLimit('upload', 'each-peer'), false);
      assert.equal(await limits.removeRateLimit('download', 'node'), true);
      assert.deepEqual(await limits.loadRateLimits(), rows.slice(0, 2));
    },
  },
  {
    name: 'rate limits: each node has its own, and they outlive the handle',
    async run({ persistence: one, openAnother }) {
      const two = await openAnother('two');
      await one.limits.saveRateLimit({ direction: 'upload', scope: 'node', bytesPerSecond: 1111 });
      await two.limits.saveRateLimit({ direction: 'upload', scope: 'node', bytesPerSecond: 2222 });
      await one.close();
      const again = await openAnother('one');
      assert.deepEqual(await again.limits.loadRateLimits(), [
        { direction: 'upload', scope: 'node', bytesPerSecond: 1111 },
      ]);
      assert.equal(await again.limits.removeRateLimit('upload', 'node'), true);
      assert.deepEqual(await two.limits.loadRateLimits(), [
        { direction: 'upload', scope: 'node', bytesPerSecond: 2222 },
      ]);
    },
  },
  {
    name: 'rate limits: those of a torrent stay when it is saved again, and go with it on all nodes',
    async run({ persistence: one, openAnother }) {
      const two = await openAnother('two');
      const [scope, other] = [infoHashToHex(sampleHash(1)), infoHashToHex(sampleHash(2))];
      await one.saveTorrent(sampleTorrent(1));
      for (const { limits } of [one, two]) {
        await limits.saveRateLimit({ direction: 'upload', scope, bytesPerSecond: 3000 });
        await limits.saveRateLimit({ direction: 'download', scope, bytesPerSecond: 3000 });
        await limits.saveRateLimit({ direction: 'upload', scope: other, bytesPerSecond: 4000 });
      }
      await one.saveTorrent(sampleTorrent(1, { name: 'another' }));
      assert.equal((await one.limits.loadRateLimits()).length, 3);
      await one.removeTorrent(sampleHash(1));
      for (const { limits } of [one, two])
        assert.deepEqual(await limits.loadRateLimits(), [
          { direction: 'upload', scope: other, bytesPerSecond: 4000 },
        ]);
    },
  },
  {
    name: 'rate limits: those of a node go with it',
    async run({ persistence: one, openAnother }) {
      const two = await openAnother('two');
      await two.limits.saveRateLimit({ direction: 'upload', scope: 'node', bytesPerSecond: 2222 });
      await two.limits.saveRateLimit({ direction: 'download', scope: 'node', bytesPerSecond: 2222 });
      await one.limits.saveRateLimit({ direction: 'upload', scope: 'node', bytesPerSecond: 1111 });
      await one.removeNode(two.nodeId);
      assert.deepEqual(await two.limits.loadRateLimits(), []);
      assert.equal((await one.limits.loadRateLimits()).length, 1);
    },
  },
];
