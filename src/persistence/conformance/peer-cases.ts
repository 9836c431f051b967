import assert from 'node:assert/strict';
import { batchOf, type ConformanceCase, linesOf, type PeerSample } from './harness.ts';

const IPV6 = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5];

/** The rules of PeerStore for one node. */
export const peerCases: readonly ConformanceCase[] = [
  {
    name: 'peers: an empty database has none',
    async run({ persistence }) {
      assert.deepEqual(await linesOf(persistence.loadPeers(0)), []);
      await persistence.savePeers(batchOf());
      assert.deepEqual(await linesOf(persistence.loadPeers(0)), []);
    },
  },
  {
    name: 'peers: IPv4 and IPv6 peers come back with every field',
    async run({ persistence }) {
      const batch = batchOf({ key: 0xffff_ffff, port: 65_535 }, { address: IPV6, id: 255 });
      await persistence.savePeers(batch);
      assert.deepEqual(await linesOf(persistence.loadPeers(0)), await linesOf([batch]));
    },
  },
  {
    name: 'peers: byte counts up to 2^53 - 1 are exact, and times after 2038 too',
    async run({ persistence }) {
      const most = Number.MAX_SAFE_INTEGER;
      const batch = batchOf({
        uploaded: most,
        downloaded: most,
        left: most,
        lastSeen: 4e9,
        expires: 4_000_003_600,
      });
      await persistence.savePeers(batch);
      assert.deepEqual(await linesOf(persistence.loadPeers(0)), await linesOf([batch]));
    },
  },
  {
    name: 'peers: the same endpoint again replaces the row; another hash, address or port is another peer',
    async run({ persistence }) {
      const others: PeerSample[] = [
        { torrent: 2 },
        { address: [192, 0, 2, 2] },
        { port: 6882 },
        { address: IPV6 },
      ];
      await persistence.savePeers(batchOf({ left: 100 }, ...others));
      await persistence.savePeers(batchOf({ left: 50, id: 8, lastSeen: 2_000 }));
      const expected = batchOf({ left: 50, id: 8, lastSeen: 2_000 }, ...others);
      assert.deepEqual(await linesOf(persistence.loadPeers(0)), await linesOf([expected]));
    },
  },
  {
    name: 'peers: the last row of a batch and the last batch win, whatever their times',
    async run({ persistence }) {
      await persistence.savePeers(batchOf({ left: 1 }, { left: 2, lastSeen: 5_000 }, { left: 3 }));
      assert.deepEqual(await linesOf(persistence.loadPeers(0)), await linesOf([batchOf({ left: 3 })]));
    },
  },
  {
    name: 'peers: of batches that are saved at the same time, the one called last wins',
    async run({ persistence }) {
      const batches = Array.from({ length: 30 }, (_, left) => batchOf({ left }, { left, port: 100 + left }));
      await Promise.all(batches.map((batch) => persistence.savePeers(batch)));
      const expected = Array.from({ length: 30 }, (_, left) => ({ left, port: 100 + left }));
      assert.deepEqual(
        await linesOf(persistence.loadPeers(0)),
        await linesOf([batchOf({ left: 29 }, ...expected)]),
      );
      assert.equal(await persistence.lastSequence(), 60);
    },
  },
  {
    name: 'peers: a peer that has gone is not loaded, and may come back',
    async run({ persistence }) {
      await persistence.savePeers(batchOf({}, { port: 2 }));
      await persistence.savePeers(batchOf({ isGone: true }));
      assert.deepEqual(await linesOf(persistence.loadPeers(0)), await linesOf([batchOf({ port: 2 })]));
      await persistence.savePeers(batchOf({}));
      assert.deepEqual(await linesOf(persistence.loadPeers(0)), await linesOf([batchOf({}, { port: 2 })]));
    },
  },
  {
    name: 'peers: one that has gone without ever being saved is no error',
    async run({ persistence }) {
      await persistence.savePeers(batchOf({ isGone: true }));
      assert.deepEqual(await linesOf(persistence.loadPeers(0)), []);
    },
  },
  {
    name: 'peers: only those that have not expired are loaded',
    async run({ persistence }) {
      await persistence.savePeers(
        batchOf({ port: 1, expires: 99 }, { port: 2, expires: 100 }, { port: 3, expires: 101 }),
      );
      assert.deepEqual(
        await linesOf(persistence.loadPeers(100)),
        await linesOf([batchOf({ port: 3, expires: 101 })]),
      );
    },
  },
  {
    name: 'peers: expiry deletes what is due, gone peers among it, and counts it',
    async run({ persistence }) {
      await persistence.savePeers(
        batchOf({ port: 1, expires: 99 }, { port: 2, expires: 100 }, { port: 3, expires: 101 }),
      );
      await persistence.savePeers(batchOf({ port: 1, isGone: true, expires: 100 }));
      assert.equal(await persistence.expirePeers(100), 2);
      assert.equal(await persistence.expirePeers(100), 0);
      assert.deepEqual(
        await linesOf(persistence.loadPeers(0)),
        await linesOf([batchOf({ port: 3, expires: 101 })]),
      );
    },
  },
  {
    name: 'peers: more than fit one page are saved, loaded and expired',
    async run({ persistence }) {
      const batch = batchOf(...Array.from({ length: 20_001 }, (_, i) => ({ torrent: i % 50, port: 1 + i })));
      await persistence.savePeers(batch);
      assert.deepEqual(await linesOf(persistence.loadPeers(0)), await linesOf([batch]));
      assert.equal(await persistence.expirePeers(4_000), 20_001);
    },
  },
  {
    name: 'peers: a batch is only read, and may change once the promise has settled',
    async run({ persistence }) {
      const batch = batchOf({});
      const before = await linesOf([batch]);
      await persistence.savePeers(batch);
      assert.deepEqual(await linesOf([batch]), before);
      batch.setGone(0, 0, 0);
      assert.deepEqual(await linesOf(persistence.loadPeers(0)), before);
    },
  },
  {
    name: 'peers: they outlive the handle that saved them, and calls after close fail',
    async run({ persistence, openAnother }) {
      await persistence.savePeers(batchOf({}));
      await persistence.close();
      await persistence.close();
      await assert.rejects(persistence.savePeers(batchOf({})), { code: 'ERR_DATABASE_CLOSED' });
      await assert.rejects(persistence.loadTorrents(), { code: 'ERR_DATABASE_CLOSED' });
      const again = await openAnother('one');
      assert.deepEqual(await linesOf(again.loadPeers(0)), await linesOf([batchOf({})]));
    },
  },
  {
    name: 'peers: a save that was called before close is committed',
    async run({ persistence, openAnother }) {
      const saved = persistence.savePeers(batchOf({}));
      await persistence.close();
      await saved;
      const again = await openAnother('one');
      assert.deepEqual(await linesOf(again.loadPeers(0)), await linesOf([batchOf({})]));
    },
  },
];
