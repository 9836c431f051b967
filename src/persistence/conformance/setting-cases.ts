import assert from 'node:assert/strict';
import { type ConformanceCase, sampleHash, sampleTorrent } from './harness.ts';

/** The rules of SettingStore and NodeStore. */
export const settingCases: readonly ConformanceCase[] = [
  {
    name: 'settings: one that was never set is undefined',
    async run({ persistence }) {
      assert.equal(await persistence.getSetting('udp-key'), undefined);
    },
  },
  {
    name: 'settings: any bytes come back, the latest value stands, other names keep theirs',
    async run({ persistence }) {
      const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
      await persistence.setSetting('a', bytes);
      await persistence.setSetting('b', Uint8Array.of());
      assert.deepEqual(await persistence.getSetting('a'), bytes);
      await persistence.setSetting('a', Uint8Array.of(1));
      assert.deepEqual(await persistence.getSetting('a'), Uint8Array.of(1));
      assert.deepEqual(await persistence.getSetting('b'), Uint8Array.of());
    },
  },
  {
    name: 'settings: of many nodes that make sure of one, all get the same value',
    async run({ persistence: one, openAnother }) {
      const two = await openAnother('two');
      const values = await Promise.all([
        one.ensureSetting('key', Uint8Array.of(1)),
        two.ensureSetting('key', Uint8Array.of(2)),
        one.ensureSetting('key', Uint8Array.of(3)),
      ]);
      const standing = await two.getSetting('key');
      for (const value of values) assert.deepEqual(value, standing);
      assert.ok(standing !== undefined && standing.length === 1);
    },
  },
  {
    name: 'settings: writes that overlap take effect in the order of the calls',
    async run({ persistence }) {
      const values = Array.from({ length: 50 }, (_, index) => Uint8Array.of(index));
      await Promise.all(values.map((value) => persistence.setSetting('a', value)));
      assert.deepEqual(await persistence.getSetting('a'), values.at(-1));
    },
  },
  {
    name: 'settings: they outlive the handle',
    async run({ persistence, openAnother }) {
      await persistence.setSetting('a', Uint8Array.of(1, 2));
      await persistence.close();
      const again = await openAnother('one');
      assert.deepEqual(await again.getSetting('a'), Uint8Array.of(1, 2));
    },
  },
  {
    name: 'nodes: each is listed with its last heartbeat, 0 before the first',
    async run({ persistence: one, openAnother }) {
      const two = await openAnother('two');
      await two.heartbeat(1_700_000_000);
      assert.deepEqual(
        (await one.loadNodes()).map(({ id, name, heartbeatAtSeconds }) => [id, name, heartbeatAtSeconds]),
        [
          [one.nodeId, 'one', 0],
          [two.nodeId, 'two', 1_700_000_000],
        ],
      );
    },
  },
  {
    name: 'nodes: a heartbeat puts back a node that the database has lost, unless it leaves or another has taken its place',
    async run({ persistence: one, openAnother }) {
      const two = await openAnother('two');
      const names = async () => (await one.loadNodes()).map(({ id, name }) => [id, name]);
      const both = [
        [one.nodeId, 'one'],
        [two.nodeId, 'two'],
      ];
      assert.equal(await two.heartbeat(1_000), 'known');
      assert.equal(await two.heartbeat(1_000), 'known'); // nothing changes, and it is there all the same
      await one.removeNode(two.nodeId);
      assert.equal(await two.heartbeat(0), 'known');
      assert.deepEqual(await names(), both.slice(0, 1));
      assert.equal(await two.heartbeat(1_003), 'put-back');
      assert.equal(await two.heartbeat(1_006), 'known');
      assert.deepEqual(await names(), both);
      await one.removeNode(two.nodeId);
      const heir = await openAnother('two');
      assert.equal(await two.heartbeat(1_009), 'replaced');
      assert.deepEqual(await names(), [both[0], [heir.nodeId, 'two']]);
    },
  },
  {
    name: 'nodes: one that is removed has no data any more, but what it counted stays, and its number is not given again',
    async run({ persistence: one, openAnother }) {
      const two = await openAnother('two');
      for (const byte of [1, 2]) await one.saveTorrent(sampleTorrent(byte, { dataPath: null }));
      for (const byte of [1, 2]) await two.saveTorrent(sampleTorrent(byte));
      await two.saveCompleted([{ infoHash: sampleHash(1), completed: 3 }], 1_000_000);
      await two.users.saveTraffic({ number: 1, traffic: [], sessions: [] });
      const { lastSequence } = await one.torrentsSince(0, 10);
      await two.close();
      assert.equal(await one.removeNode(two.nodeId), true);
      assert.equal(await one.removeNode(two.nodeId), false);
      assert.deepEqual(
        (await one.loadNodes()).map(({ name }) => name),
        ['one'],
      );
      const told: number[] = [];
      for (let sequence = lastSequence, isMore = true; isMore; ) {
        const page = await one.torrentsSince(sequence, 1);
        for (const { torrent, holders } of page.torrents) {
          told.push(torrent.infoHash[0] ?? 0);
          assert.deepEqual(holders, []);
        }
        ({ lastSequence: sequence, isMore } = page);
      }
      assert.deepEqual(told.sort(), [1, 2]);
      const [total] = await one.loadCompleted();
      assert.equal(total?.completed, 3);
      const again = await openAnother('two');
      assert.ok(again.nodeId > two.nodeId);
      assert.equal(await again.users.lastTrafficBatch(), 0);
    },
  },
  {
    name: 'nodes: the clock of the database gives milliseconds and never goes back, whichever node reads it',
    async run({ persistence: one, openAnother }) {
      const two = await openAnother('two');
      const readings = [await one.readClock(), await two.readClock(), await one.readClock()];
      assert.ok((readings[0] ?? 0) > Date.UTC(2020), `${readings}`);
      assert.deepEqual(
        readings.toSorted((a, b) => a - b),
        readings,
      );
    },
  },
];
