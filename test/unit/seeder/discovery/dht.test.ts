import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { it } from 'node:test';
import { type Endpoint, formatEndpoint } from '../../../../src/bittorrent/endpoint.ts';
import { infoHashToHex, truncatedInfoHash } from '../../../../src/bittorrent/info-hash.ts';
import { createTorrent } from '../../../../src/builder/create-torrent.ts';
import type { DhtOptions } from '../../../../src/seeder/discovery/dht/dht-membership.ts';
import type { SeedNodeOptions } from '../../../../src/seeder/seed-node-types.ts';
import { eventually } from '../../../support/eventually.ts';
import { FakeDhtNode } from '../../../support/fake-dht-node.ts';
import { FakePeer, handshakeBytes } from '../../../support/fake-peer.ts';
import { loopbackPeer, mirrorFixture } from '../../../support/mirrored-torrent.ts';
import { type CleanupOwner, cleanup } from '../../../support/scope.ts';
import {
  makeSeedNode,
  makeTorrentFixture,
  seedFixture,
  torrentState,
} from '../../../support/seeded-torrent.ts';
import { ManualClock } from '../../../support/seeder-clock.ts';

function dht(
  nodes: readonly { readonly port: number }[],
  options: Partial<DhtOptions> = {},
): Partial<SeedNodeOptions> {
  const bootstrap = nodes.map(({ port }) => ({ host: '127.0.0.1', port }));
  return { discovery: { dht: { bootstrap, ...options } } };
}

/** Whether nobody has this UDP port on loopback. */
async function isFree(port: number): Promise<boolean> {
  const socket = createSocket('udp4');
  return new Promise((resolve) => {
    socket.once('error', () => resolve(false));
    socket.bind(port, '127.0.0.1', () => socket.close(() => resolve(true)));
  });
}

it('a torrent that is seeded is announced with the port of peers, from the UDP port of the same number', async (t) => {
  const other = await FakeDhtNode.start(t);
  const fixture = await makeTorrentFixture(t);
  const { node, port } = await seedFixture(t, fixture, dht([other]));
  const query = await other.asked('the announce', ({ method }) => method === 'announce_peer');
  assert.deepEqual(query, {
    method: 'announce_peer',
    infoHash: infoHashToHex(fixture.metainfo.infoHash),
    port,
    from: port,
  });
  await eventually('the answer', () => node.counters.discovery.dhtAnnounces === 1);
  assert.equal(node.counters.discovery.dhtAnnouncesFailed, 0);
  assert.equal(node.dhtNodeCount, 1);
});

it('a hybrid torrent is announced by both of its info-hashes', async (t) => {
  const other = await FakeDhtNode.start(t);
  const { dataPath } = await makeTorrentFixture(t);
  const { metainfo } = await createTorrent(dataPath, { version: 'hybrid' });
  const node = makeSeedNode(t, dht([other]));
  await node.start();
  node.add({ metainfo, dataPath });
  for (const name of [metainfo.infoHash, truncatedInfoHash(metainfo.infoHashV2 as Uint8Array)]) {
    const infoHash = infoHashToHex(name);
    await other.asked(infoHash, (query) => query.method === 'announce_peer' && query.infoHash === infoHash);
  }
});

it('a node with private torrents only does not join', async (t) => {
  const clock = new ManualClock();
  const other = await FakeDhtNode.start(t);
  const fixture = await makeTorrentFixture(t, { isPrivate: true });
  const { node, port } = await seedFixture(t, fixture, { ...dht([other]), clock });
  clock.advance(120_000);
  assert.equal(await isFree(port), true);
  assert.equal(node.dhtNodeCount, 0);
  const peer = await FakePeer.connect(t, port);
  peer.send(handshakeBytes(fixture.metainfo.infoHash));
  await peer.next(20);
  assert.equal((peer.handshake[27] ?? 0) & 1, 0);
});

it('a node that listens on loopback neither asks for names nor for nodes elsewhere', async () => {
  const { bootstrapAddresses } = await import('../../../../src/seeder/discovery/dht/bootstrap.ts');
  const nodes = [
    { host: 'localhost', port: 6881 },
    { host: '198.51.100.7', port: 6881 },
    { host: '127.0.0.1', port: 6881 },
  ];
  assert.deepEqual(await bootstrapAddresses(nodes, '127.0.0.1'), [{ host: '127.0.0.1', port: 6881 }]);
  assert.equal((await bootstrapAddresses(nodes, '0.0.0.0')).length, 3);
});

it('a UDP port that is taken is no hindrance', async (t) => {
  const other = await FakeDhtNode.start(t);
  const node = makeSeedNode(t, dht([other]));
  const { port } = await node.start();
  const taken = createSocket('udp4');
  await new Promise<void>((resolve) => taken.bind(port, '127.0.0.1', resolve));
  cleanup(t, () => void taken.close());
  const { metainfo, dataPath } = await makeTorrentFixture(t);
  node.add({ metainfo, dataPath });
  const query = await other.asked('the announce', ({ method }) => method === 'announce_peer');
  assert.notEqual(query.from, port);
  assert.equal(query.port, port);
});

it('peers that a node names are connected to, but not at ports of services', async (t) => {
  const fixture = await makeTorrentFixture(t);
  const seed = await seedFixture(t, fixture);
  const other = await FakeDhtNode.start(t);
  const compact = (port: number): Uint8Array => Uint8Array.of(127, 0, 0, 1, port >> 8, port & 255);
  other.answer = { values: [compact(22), compact(seed.port), Uint8Array.of(1, 2, 3)] };
  const mirror = await mirrorFixture(t, fixture, [], dht([other]));
  await torrentState(mirror.node, mirror.torrent, 'seeding', 'failed');
  assert.equal(mirror.torrent.state, 'seeding');
  assert.equal(mirror.node.counters.discovery.peersFound.dht, 1);
});

it('a node that announces to us what we mirror is a peer at once', async (t) => {
  const fixture = await makeTorrentFixture(t);
  const seedClock = new ManualClock();
  const first = await seedFixture(t, fixture, { ...dht([]), clock: seedClock });
  const mirror = await mirrorFixture(t, fixture, [], dht([first]));
  await eventually('the two nodes to know each other', () => {
    seedClock.advance(1000);
    return first.node.dhtNodeCount === 1;
  });
  await eventually('the announce to us: the first came when nobody was there', () => {
    seedClock.advance(10_000);
    return mirror.node.counters.discovery.peersFound.dht === 1;
  });
  await torrentState(mirror.node, mirror.torrent, 'seeding', 'failed');
});

it('peers that have a node tell each other where it is', async (t) => {
  const other = await FakeDhtNode.start(t);
  const fixture = await makeTorrentFixture(t);
  const { node, port } = await seedFixture(t, fixture, dht([other]));
  await other.asked('a query', () => true);
  const another = await FakeDhtNode.start(t, 0x77);
  const peer = await FakePeer.connect(t, port);
  const handshake = handshakeBytes(fixture.metainfo.infoHash);
  handshake[27] = (handshake[27] ?? 0) | 1;
  peer.send(handshake, Buffer.of(0, 0, 0, 3, 9, another.port >> 8, another.port & 255));
  assert.equal((await peer.next(9)).readUInt16BE(1), port);
  assert.equal((peer.handshake[27] ?? 0) & 1, 1);
  await another.asked('a ping', ({ method }) => method === 'ping');
  await eventually('both nodes', () => node.dhtNodeCount === 2);
});

it('the nodes that it knew are kept when it stops, and asked when it starts again', async (t) => {
  const other = await FakeDhtNode.start(t);
  const fixture = await makeTorrentFixture(t);
  const saved: Endpoint[][] = [];
  const saveNodes = async (nodes: readonly Endpoint[]): Promise<void> => void saved.push([...nodes]);
  const first = await seedFixture(t, fixture, dht([other], { saveNodes }));
  await eventually('the node', () => first.node.dhtNodeCount === 1);
  await first.node.stop();
  assert.deepEqual(saved.at(-1)?.map(formatEndpoint), [`127.0.0.1:${other.port}`]);
  other.queries.length = 0;
  await seedFixture(t, fixture, dht([], { loadNodes: async () => [loopbackPeer(other.port)] }));
  await other.asked('a ping', ({ method }) => method === 'ping');
});

it('a node that a torrent names is asked', async (t) => {
  const other = await FakeDhtNode.start(t);
  const { dataPath } = await makeTorrentFixture(t);
  const dhtNodes = [{ host: '127.0.0.1', port: other.port }];
  const { metainfo } = await createTorrent(dataPath, { dhtNodes });
  const node = makeSeedNode(t, dht([]));
  await node.start();
  node.add({ metainfo, dataPath });
  await other.asked('a ping', ({ method }) => method === 'ping');
});

it('the network is away at first: a node that was not to be had is tried again', async (t) => {
  const clock = new ManualClock();
  const gone = await startLater(t);
  const fixture = await makeTorrentFixture(t);
  const { node } = await seedFixture(t, fixture, { ...dht([{ port: gone.port }]), clock });
  await eventually('the first announce, which nobody takes', () => {
    clock.advance(1000);
    return node.counters.discovery.dhtAnnouncesFailed > 0;
  });
  const other = await gone.start();
  await eventually('an announce that is taken', () => {
    clock.advance(10_000);
    return other.queries.some(({ method }) => method === 'announce_peer');
  });
});

/** A port on loopback at which a node starts later. */
async function startLater(owner: CleanupOwner): Promise<{ port: number; start(): Promise<FakeDhtNode> }> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return { port, start: () => FakeDhtNode.start(owner, 0x31, port) };
}
