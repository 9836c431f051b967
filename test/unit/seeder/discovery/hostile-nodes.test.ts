import assert from 'node:assert/strict';
import { it, type TestContext } from 'node:test';
import { encodeBencode, isDictionary } from '../../../../src/bittorrent/bencode.ts';
import type { SeedNode } from '../../../../src/seeder/seed-node.ts';
import { eventually } from '../../../support/eventually.ts';
import { FakeDhtNode } from '../../../support/fake-dht-node.ts';
import { makeTorrentFixture, seedFixture } from '../../../support/seeded-torrent.ts';

async function joined(t: TestContext): Promise<{ node: SeedNode; port: number; other: FakeDhtNode }> {
  const other = await FakeDhtNode.start(t);
  const discovery = { dht: { bootstrap: [{ host: '127.0.0.1', port: other.port }] } };
  const { node, port } = await seedFixture(t, await makeTorrentFixture(t), { discovery });
  await eventually('the node to have joined', () => node.dhtNodeCount === 1);
  return { node, port, other };
}

/** The last answer that came, as soon as there is another. */
async function answerTo(other: FakeDhtNode, ask: () => void): Promise<Record<string, unknown>> {
  const { length } = other.answers;
  ask();
  return eventually('an answer', () => other.answers[length]);
}

const id = Buffer.alloc(20, 0x31);
const query = (q: string, a: Parameters<typeof encodeBencode>[0]): Uint8Array =>
  encodeBencode({ t: 'aa', y: 'q', q, a });

it('packets of any content hurt nobody: the node answers afterwards', async (t) => {
  const { node, port, other } = await joined(t);
  const before = node.counters.discovery.dhtMessagesRefused;
  const packets = [
    Buffer.from('d'),
    Buffer.alloc(60_000, 0x6c),
    query('get_peers', { id, info_hash: 5 }),
    query('get_peers', { id, info_hash: [] }),
    query('find_node', { id, target: 7 }),
    query('find_node', { id, target: 'short' }),
    query('announce_peer', { id, info_hash: id, token: 5, port: 6881 }),
    query('announce_peer', { id, info_hash: id, token: 'no', port: 0 }),
    query('ping', { id: 'short' }),
    query('ping', 5),
    encodeBencode({ t: 'aa', y: 'r', r: 5 }),
    encodeBencode({ t: 5, y: 'q', q: 'ping', a: { id } }),
    encodeBencode({ y: 'r', r: { id } }),
    encodeBencode({ t: '', y: 'e', e: 5 }),
  ];
  for (const packet of packets) other.send(packet, port);
  await eventually(
    'all to be refused',
    () => node.counters.discovery.dhtMessagesRefused === before + packets.length,
  );
  const answer = await answerTo(other, () => other.ask(port, 'ping'));
  assert.ok(isDictionary(answer['r'] as never));
});

it('a query that it does not know is answered with an error, as is one with which others would store data here', async (t) => {
  const { port, other } = await joined(t);
  for (const method of ['vote', 'put', 'get']) {
    const answer = await answerTo(other, () => other.ask(port, method, { target: id, v: 5 }));
    assert.equal((answer['e'] as unknown[])[0], 204, method);
  }
});

it('an announce with a token of its own making is refused', async (t) => {
  const { port, other } = await joined(t);
  const a = { info_hash: id, port: 6881, token: Buffer.alloc(20) };
  const answer = await answerTo(other, () => other.ask(port, 'announce_peer', a));
  assert.ok(Array.isArray(answer['e']));
});

it('who announces to it is named to others who ask, fifty at most', async (t) => {
  const { port, other } = await joined(t);
  const infoHash = Buffer.alloc(20, 9);
  const ask = (): void => other.ask(port, 'get_peers', { info_hash: infoHash });
  const { token } = (await answerTo(other, ask))['r'] as { token: Uint8Array };
  const { length } = other.answers;
  for (let number = 0; number < 120; number++)
    other.ask(port, 'announce_peer', { info_hash: infoHash, port: 2000 + number, token });
  await eventually('all announces to be taken', () => other.answers.length === length + 120);
  const { values } = (await answerTo(other, ask))['r'] as { values: Uint8Array[] };
  assert.equal(values.length, 50);
});

it('a flood of queries is answered in part, and the rest counted', async (t) => {
  const { node, port, other } = await joined(t);
  const before = node.counters.discovery.dhtMessagesReceived;
  const flood = query('ping', { id });
  for (let burst = 0; burst < 40; burst++) {
    for (let packet = 0; packet < 50; packet++) other.send(flood, port);
    await new Promise((resolve) => setImmediate(resolve)); // the kernel's buffer is small
  }
  await eventually('many to have come', () => node.counters.discovery.dhtMessagesReceived > before + 1000);
  await eventually('some to be refused', () => node.counters.discovery.dhtMessagesRefused > 100);
});

it('a node that answers nobody (BEP 43) is answered, and not kept', async (t) => {
  const { node, port, other } = await joined(t);
  const silent = await FakeDhtNode.start(t, 0x55);
  const ping = { t: 'aa', y: 'q', q: 'ping', ro: 1, a: { id: Buffer.alloc(20, 0x55) } };
  const answer = await answerTo(silent, () => silent.send(encodeBencode(ping), port));
  assert.ok(answer['r'] !== undefined);
  await answerTo(other, () => other.ask(port, 'ping'));
  assert.equal(node.dhtNodeCount, 1);
});
