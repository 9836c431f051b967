import assert from 'node:assert/strict';
import { addressFromBytes } from '../../bittorrent/endpoint.ts';
import { peerIdFromBytes } from '../../bittorrent/peer-id.ts';
import { announced, type FrontEndCase, REGISTERED_TORRENT, sampleTorrent, scraped } from './harness.ts';

/** Seeders, leechers and completed downloads. */
export const countCases: readonly FrontEndCase[] = [
  {
    name: 'counts: who needs nothing is a seeder, whatever the event',
    async run(bench) {
      assert.equal((await announced(bench, { client: 1, left: 0 }))[0], '1/0');
      assert.equal((await announced(bench, { client: 2, left: 0, event: 'started' }))[0], '2/0');
      assert.equal((await announced(bench, { client: 3, left: 0, event: 'completed' }))[0], '3/0');
      assert.equal((await announced(bench, { client: 4, left: 0, event: 'paused' }))[0], '4/0');
      assert.equal((await announced(bench, { client: 5, left: 1, event: 'completed' }))[0], '4/1');
    },
  },
  {
    name: 'counts: a peer changes its role as often as it likes',
    async run(bench) {
      await announced(bench, { client: 1 });
      assert.equal((await announced(bench, { client: 1, left: 0 }))[0], '1/0');
      assert.equal((await announced(bench, { client: 1, left: 5 }))[0], '0/1');
    },
  },
  {
    name: 'counts: an event that is not known is an update',
    async run(bench) {
      assert.equal((await announced(bench, { client: 1, event: 'unknown' }))[0], '0/1');
      assert.equal((await announced(bench, { client: 1, event: 'unknown', left: 0 }))[0], '1/0');
      assert.equal(await scraped(bench), '1/0/0');
    },
  },
  {
    name: 'counts: a completed download counts once a peer',
    async run(bench) {
      await announced(bench, { client: 1, event: 'started' });
      for (let round = 0; round < 3; round++)
        await announced(bench, { client: 1, left: 0, downloaded: 9, event: 'completed' });
      assert.equal(await scraped(bench), '1/0/1');
      await announced(bench, { client: 2, event: 'started' });
      await announced(bench, { client: 2, left: 0, downloaded: 9, event: 'completed' });
      assert.equal(await scraped(bench), '2/0/2');
    },
  },
  {
    name: 'counts: who came with all data has completed nothing',
    async run(bench) {
      await announced(bench, { client: 1, left: 0, event: 'started' });
      await announced(bench, { client: 1, left: 0 });
      assert.equal(await scraped(bench), '1/0/0');
    },
  },
  {
    name: 'counts: those who stop are counted no more, and have completed all the same',
    async run(bench) {
      await announced(bench, { client: 1 });
      await announced(bench, { client: 1, left: 0, downloaded: 9, event: 'completed' });
      assert.equal((await announced(bench, { client: 1, left: 0, event: 'stopped' }))[0], '0/0');
      assert.equal(await scraped(bench), '0/0/1');
    },
  },
  {
    name: 'counts: a stopped of somebody unknown succeeds, and changes nothing',
    async run(bench) {
      await announced(bench, { client: 1 });
      assert.deepEqual(await announced(bench, { client: 2, event: 'stopped' }), ['0/1', []]);
      const elsewhere = { client: 2, event: 'stopped', infoHash: sampleTorrent(9) } as const;
      assert.deepEqual(await announced(bench, elsewhere), ['0/0', []], 'clients repeat it until it does');
    },
  },
  {
    name: 'counts: a scrape counts known and unknown torrents, in order, and adds none',
    core: () => ({ access: 'open' }),
    async run(bench) {
      const hashes = [7, 1, 3].map(sampleTorrent);
      await announced(bench, { client: 1 });
      await announced(bench, { client: 2, left: 0, infoHash: sampleTorrent(3) });
      const swarms = await bench.harness.scrape(hashes);
      if (typeof swarms === 'string') assert.fail(swarms);
      const lines = swarms.map(({ infoHash, complete, incomplete, downloaded }) => [
        infoHash[0],
        complete,
        incomplete,
        downloaded,
      ]);
      assert.deepEqual(
        lines.sort((a, b) => Number(a[0]) - Number(b[0])),
        [
          [1, 0, 1, 0],
          [3, 1, 0, 0],
          [7, 0, 0, 0],
        ],
      );
      assert.equal(bench.core.stats().swarms, 2);
    },
  },
  {
    name: 'counts: peers of all protocols stand together',
    async run(bench) {
      const request = {
        infoHash: REGISTERED_TORRENT,
        peerId: peerIdFromBytes(new Uint8Array(20).fill(0x7a)),
        uploaded: 0,
        downloaded: 0,
        left: 1,
        event: 'none',
        numWant: undefined,
        key: 0,
        ip: undefined,
        compact: true,
        noPeerId: false,
      } as const;
      const source = addressFromBytes(Uint8Array.of(192, 0, 2, 9));
      bench.core.announce({ ...request, port: 6881 }, { source, localAddress: undefined });
      const web = { source, localAddress: undefined, protocol: 'ws', webSocket: 0xffff_fff0 } as const;
      const peerId = peerIdFromBytes(new Uint8Array(20).fill(0x7b));
      bench.core.announce({ ...request, peerId, port: 0, left: 0 }, web);
      assert.equal((await announced(bench, { client: 1 }))[0], '1/2');
      assert.equal(await scraped(bench), '1/2/0');
    },
  },
];
