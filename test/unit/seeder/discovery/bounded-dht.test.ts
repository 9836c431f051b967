import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { it, type TestContext } from 'node:test';
import Dht from 'bittorrent-dht';
import { makeDiscoveryCounters } from '../../../../src/seeder/discovery/counters.ts';
import { boundDht } from '../../../../src/seeder/discovery/dht/bounded-dht.ts';
import { DhtNode } from '../../../../src/seeder/discovery/dht/dht-node.ts';
import { EndlessDht } from '../../../support/endless-dht.ts';
import { eventually, withDeadline } from '../../../support/eventually.ts';
import { cleanup } from '../../../support/scope.ts';

const target = Buffer.alloc(20, 0x77);

/** A node that knows one other, which lies. */
async function openNode(
  t: TestContext,
  bootstrapPort: number,
  nowMs: () => number = performance.now.bind(performance),
): Promise<DhtNode> {
  const node = await DhtNode.open({
    host: '127.0.0.1',
    port: 0,
    bootstrap: [{ host: '127.0.0.1', port: bootstrapPort }],
    nowMs,
    counters: makeDiscoveryCounters(),
    onInternalError: assert.ifError,
    onPeers: () => {},
  });
  cleanup(t, () => node.stop());
  return node;
}

it('a look ends, though strangers name nodes that are ever closer', async (t) => {
  const liars = await EndlessDht.start(t, { target, count: 1400 });
  const node = await openNode(t, liars.port);
  await withDeadline('the look to end', node.lookup(target));
  assert.ok(liars.asked >= 256 && liars.asked <= 2 * 256, `${liars.asked} were asked`);
});

it('a look ends after a minute, however slowly closer nodes are named', async (t) => {
  let nowMs = 0;
  const liars = await EndlessDht.start(t, {
    target,
    count: 300,
    onAsked: (count) => (nowMs = count > 50 ? 61_000 : 0),
  });
  const node = await openNode(t, liars.port, () => nowMs);
  await withDeadline('the look to end', node.lookup(target));
  assert.ok(liars.asked > 50 && liars.asked < 150, `${liars.asked} were asked`);
});

it('what the package throws in its own timers is told, and ends nothing', async (t) => {
  const silent = createSocket('udp4');
  await new Promise<void>((resolve) => silent.bind(0, '127.0.0.1', resolve));
  cleanup(t, () => void silent.close());
  const dht = new Dht({ bootstrap: false, timeout: 20 });
  cleanup(t, () => new Promise<void>((resolve) => dht.destroy(resolve)));
  const errors: unknown[] = [];
  boundDht(dht, { nowMs: () => 0, onInternalError: (error) => errors.push(error) });
  const fault = new Error('thrown by a callback');
  const ask = (callback: () => void): void =>
    dht._rpc.query({ host: '127.0.0.1', port: silent.address().port }, { q: 'ping' }, callback);
  ask(() => {
    throw fault;
  });
  let isAnswered = false;
  ask(() => {
    isAnswered = true;
  });
  await eventually('both queries to be over', () => errors.length === 1 && isAnswered);
  assert.deepEqual(errors, [fault]);
});

it('a question for peers takes as many out of the store as an answer holds, however many there are', () => {
  const dht = new Dht({ bootstrap: false });
  boundDht(dht, { nowMs: () => 0, onInternalError: assert.ifError });
  for (let port = 2000; port < 3000; port++)
    dht._addPeer({ host: '127.0.0.1', port }, target, { host: '127.0.0.1', port });
  assert.equal(dht._peers.get(target.toString('hex')).length, 50);
  dht.destroy(() => {});
});
