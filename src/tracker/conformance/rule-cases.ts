import assert from 'node:assert/strict';
import { isLoopbackAddress } from '../../bittorrent/endpoint.ts';
import { bytesEqual } from '../../bittorrent/hex.ts';
import type { AnnounceContext } from '../announce-context.ts';
import { announced, clientOf, type FrontEndCase, sampleTorrent, scraped } from './harness.ts';

const PASSKEY = 'a-passkey-of-a-user';
const REFUSAL = Object.freeze({ reason: 'not today', retryInSeconds: 60, intervalSeconds: 900 });

/** Refusals, and what rules are told. */
export const ruleCases: readonly FrontEndCase[] = [
  {
    name: 'rules: a torrent that is not registered is refused, and leaves nothing behind',
    async run(bench) {
      const { failure, peers } = await bench.harness.announce({ client: 1, infoHash: sampleTorrent(2) });
      assert.equal(failure, 'unregistered torrent');
      assert.deepEqual(peers, []);
      assert.equal(bench.core.stats().swarms, 1);
      assert.deepEqual(await announced(bench, { client: 1 }), ['0/1', []], 'it may go on with another');
    },
  },
  {
    name: 'rules: an open tracker takes any torrent',
    core: () => ({ access: 'open' }),
    async run(bench) {
      assert.deepEqual(await announced(bench, { client: 1, infoHash: sampleTorrent(2) }), ['0/1', []]);
    },
  },
  {
    name: 'rules: a torrent that is registered no more is refused, and its peers are gone',
    async run(bench) {
      await announced(bench, { client: 1 });
      bench.core.unregisterTorrent(sampleTorrent(1));
      assert.equal((await bench.harness.announce({ client: 2 })).failure, 'unregistered torrent');
      bench.core.registerTorrent(sampleTorrent(1), { completed: 0 });
      assert.deepEqual(await announced(bench, { client: 2 }), ['0/1', []]);
    },
  },
  {
    name: 'rules: who is refused by a rule is told why, and is neither listed nor given anybody',
    core: () => ({
      rules: [{ refusalOf: ({ peerId }) => (bytesEqual(peerId, clientOf(2).peerId) ? REFUSAL : undefined) }],
    }),
    async run(bench) {
      await announced(bench, { client: 1 });
      const { failure, peers } = await bench.harness.announce({ client: 2 });
      assert.equal(failure, 'not today');
      assert.deepEqual(peers, []);
      assert.deepEqual(await announced(bench, { client: 3 }), ['0/2', [1]]);
    },
  },
  {
    name: 'rules: a scrape is refused as well',
    core: () => ({ rules: [{ refusalOf: () => undefined, scrapeRefusalOf: () => REFUSAL }] }),
    async run(bench) {
      assert.equal(await bench.harness.scrape([sampleTorrent(1)]), 'not today');
    },
  },
  {
    name: 'rules: they are told who asks: address, protocol and passkey',
    core: () => ({
      rules: [{ refusalOf: (_request, context) => ({ reason: describeContext(context) }) }],
    }),
    async run(bench) {
      const { failure } = await bench.harness.announce({ client: 1, passkey: PASSKEY });
      assert.match(failure ?? '', new RegExp(`^loopback, (http|udp|ws), ${PASSKEY}$`));
      const { failure: bare } = await bench.harness.announce({ client: 2 });
      assert.match(bare ?? '', /^loopback, (http|udp|ws), undefined$/);
    },
  },
  {
    name: 'rules: they hear of every announce that passed, once',
    core: () => {
      let accepted = 0;
      return {
        rules: [
          {
            refusalOf: () => (accepted === 2 ? { reason: 'two have passed' } : undefined),
            accepted: () => {
              accepted++;
            },
          },
        ],
      };
    },
    async run(bench) {
      await announced(bench, { client: 1 });
      await announced(bench, { client: 2 });
      assert.equal((await bench.harness.announce({ client: 3 })).failure, 'two have passed');
      assert.equal(await scraped(bench), '0/2/0');
    },
  },
  {
    name: 'rules: intervals keep to their bounds',
    core: () => ({
      intervalSeconds: 1000,
      minIntervalSeconds: 400,
      maxIntervalSeconds: 1100,
      webIntervalSeconds: 500,
    }),
    async run(bench) {
      for (let round = 0; round < 20; round++) {
        const { intervalSeconds } = await bench.harness.announce({ client: 1 });
        assert.ok(intervalSeconds >= 400 && intervalSeconds <= 1100, `${intervalSeconds} s`);
        bench.clock.seconds += 300;
      }
    },
  },
];

function describeContext({ source, protocol, passkey }: AnnounceContext): string {
  return `${isLoopbackAddress(source) ? 'loopback' : 'elsewhere'}, ${protocol}, ${passkey}`;
}
