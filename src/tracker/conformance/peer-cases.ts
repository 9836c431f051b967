import assert from 'node:assert/strict';
import { announced, type FrontEndCase, passTime, sampleTorrent, scraped } from './harness.ts';

/** Who is brought together with whom. */
export const peerCases: readonly FrontEndCase[] = [
  {
    name: 'peers: the first one is counted, and finds nobody',
    async run(bench) {
      assert.deepEqual(await announced(bench, { client: 1, event: 'started' }), ['0/1', []]);
    },
  },
  {
    name: 'peers: whoever comes is given those that came before',
    async run(bench) {
      await announced(bench, { client: 1 });
      assert.deepEqual(await announced(bench, { client: 2 }), ['0/2', [1]]);
      assert.deepEqual(await announced(bench, { client: 3 }), ['0/3', [1, 2]]);
    },
  },
  {
    name: 'peers: nobody is given himself',
    async run(bench) {
      for (let round = 0; round < 3; round++) {
        assert.deepEqual(await announced(bench, { client: 1 }), ['0/1', []]);
      }
      await announced(bench, { client: 2 });
      for (let round = 0; round < 3; round++)
        assert.deepEqual(await announced(bench, { client: 1 }), ['0/2', [2]]);
    },
  },
  {
    name: 'peers: a leecher is given seeders and leechers',
    async run(bench) {
      await announced(bench, { client: 1, left: 0 });
      await announced(bench, { client: 2 });
      assert.deepEqual(await announced(bench, { client: 3 }), ['1/2', [1, 2]]);
    },
  },
  {
    name: 'peers: a seeder is given leechers only',
    async run(bench) {
      await announced(bench, { client: 1, left: 0 });
      await announced(bench, { client: 2 });
      assert.deepEqual(await announced(bench, { client: 3, left: 0 }), ['2/1', [2]]);
    },
  },
  {
    name: 'peers: a partial seed (BEP 21) lacks something, but is given leechers only',
    async run(bench) {
      await announced(bench, { client: 1, left: 0 });
      await announced(bench, { client: 2 });
      assert.deepEqual(await announced(bench, { client: 3, left: 9, event: 'paused' }), ['1/2', [2]]);
    },
  },
  {
    name: 'peers: no more than are wanted, and none for none',
    async run(bench) {
      for (const client of [1, 2, 3]) await announced(bench, { client });
      const [, two] = await announced(bench, { client: 4, numWant: 2 });
      assert.equal(two.length, 2);
      assert.deepEqual(await announced(bench, { client: 4, numWant: 0 }), ['0/4', []]);
    },
  },
  {
    name: 'peers: those of another torrent are not given',
    core: () => ({ access: 'open' }),
    async run(bench) {
      await announced(bench, { client: 1 });
      assert.deepEqual(await announced(bench, { client: 2, infoHash: sampleTorrent(2) }), ['0/1', []]);
      assert.equal(await scraped(bench), '0/1/0');
    },
  },
  {
    name: 'peers: who has stopped is given no more',
    async run(bench) {
      await announced(bench, { client: 1 });
      assert.deepEqual(await announced(bench, { client: 1, event: 'stopped' }), ['0/0', []]);
      assert.deepEqual(await announced(bench, { client: 2 }), ['0/1', []]);
    },
  },
  {
    name: 'peers: who has missed two announces is neither counted nor given',
    async run(bench) {
      const { intervalSeconds } = await bench.harness.announce({ client: 1 });
      passTime(bench, Math.ceil(1.5 * intervalSeconds));
      assert.deepEqual(await announced(bench, { client: 2 }), ['0/2', [1]], 'one announce may be late');
      passTime(bench, intervalSeconds);
      assert.deepEqual(await announced(bench, { client: 2 }), ['0/1', []]);
    },
  },
  {
    name: 'peers: who announces stays',
    async run(bench) {
      for (let round = 0; round < 4; round++) {
        const { intervalSeconds } = await bench.harness.announce({ client: 1 });
        passTime(bench, intervalSeconds);
      }
      assert.deepEqual(await announced(bench, { client: 2 }), ['0/2', [1]]);
    },
  },
  {
    name: 'peers: a client that comes over IPv4 and IPv6 is one',
    async run(bench) {
      await announced(bench, { client: 1, family: 4 });
      await announced(bench, { client: 2 });
      const [counts, peers] = await announced(bench, { client: 1, family: 6 });
      assert.equal(counts, '0/2');
      assert.ok(!peers.includes(1), 'it is not given its other endpoint');
      assert.deepEqual(await announced(bench, { client: 2 }), ['0/2', [1]]);
      assert.equal((await announced(bench, { client: 1, family: 4, event: 'stopped' }))[0], '0/2');
      assert.equal((await announced(bench, { client: 1, family: 6, event: 'stopped' }))[0], '0/1');
    },
  },
];
