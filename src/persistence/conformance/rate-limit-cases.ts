import assert from 'node:assert/strict';
import { infoHashToHex } from '../../bittorrent/info-hash.ts';
import { type ConformanceCase, sampleHash, sampleTorrent } from './harness.ts';

/** The rules of RateLimitStore. */
export const rateLimitCases: readonly ConformanceCase[] = [
  {
    name: 'rate limits: there are none at first, and those that are saved come back by scope',
    async run({ persistence: { limits } }) {
      assert.deepEqual(await limits.loadRateLimits(), []);
      const rows = [
        { scope: infoHashToHex(sampleHash(1)), uploadBytesPerSecond: 1024 },
        { scope: 'each-peer', uploadBytesPerSecond: null },
        { scope: 'node', uploadBytesPerSecond: 1_000_000_000_000 },
      ];
      for (const row of rows.toReversed()) await limits.saveRateLimit(row);
      assert.deepEqual(await limits.loadRateLimits(), rows);
    },
  },
  {
    name: 'rate limits: saving one again replaces it, removing it takes it away once',
    async run({ persistence: { limits } }) {
      await limits.saveRateLimit({ scope: 'node', uploadBytesPerSecond: 5000 });
      await limits.saveRateLimit({ scope: 'node', uploadBytesPerSecond: null });
      assert.deepEqual(await limits.loadRateLimits(), [{ scope: 'node', uploadBytesPerSecond: null }]);
      assert.equal(await limits.removeRateLimit('node'), true);
      assert.equal(await limits.removeRateLimit('node'), false);
      assert.deepEqual(await limits.loadRateLimits(), []);
    },
  },
  {
    name: 'rate limits: each node has its own, and they outlive the handle',
    async run({ persistence: one, openAnother }) {
      const two = await openAnother('two');
      await one.limits.saveRateLimit({ scope: 'node', uploadBytesPerSecond: 1111 });
      await two.limits.saveRateLimit({ scope: 'node', uploadBytesPerSecond: 2222 });
      await one.close();
      const again = await openAnother('one');
      assert.deepEqual(await again.limits.loadRateLimits(), [{ scope: 'node', uploadBytesPerSecond: 1111 }]);
      assert.equal(await again.limits.removeRateLimit('node'), true);
      assert.deepEqual(await two.limits.loadRateLimits(), [{ scope: 'node', uploadBytesPerSecond: 2222 }]);
    },
  },
  {
    name: 'rate limits: those of a torrent stay when it is saved again, and go with it on all nodes',
    async run({ persistence: one, openAnother }) {
      const two = await openAnother('two');
      const [scope, other] = [infoHashToHex(sampleHash(1)), infoHashToHex(sampleHash(2))];
      await one.saveTorrent(sampleTorrent(1));
      for (const { limits } of [one, two]) {
        await limits.saveRateLimit({ scope, uploadBytesPerSecond: 3000 });
        await limits.saveRateLimit({ scope: other, uploadBytesPerSecond: 4000 });
      }
      await one.saveTorrent(sampleTorrent(1, { name: 'another' }));
      assert.equal((await one.limits.loadRateLimits()).length, 2);
      await one.removeTorrent(sampleHash(1));
      for (const { limits } of [one, two])
        assert.deepEqual(await limits.loadRateLimits(), [{ scope: other, uploadBytesPerSecond: 4000 }]);
    },
  },
  {
    name: 'rate limits: those of a node go with it',
    async run({ persistence: one, openAnother }) {
      const two = await openAnother('two');
      await two.limits.saveRateLimit({ scope: 'node', uploadBytesPerSecond: 2222 });
      await one.limits.saveRateLimit({ scope: 'node', uploadBytesPerSecond: 1111 });
      await one.removeNode(two.nodeId);
      assert.deepEqual(await two.limits.loadRateLimits(), []);
      assert.equal((await one.limits.loadRateLimits()).length, 1);
    },
  },
];
