import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { it, type TestContext } from 'node:test';
import { infoHashToHex } from '../../../../src/bittorrent/info-hash.ts';
import type { LocalGroup } from '../../../../src/seeder/discovery/local/local-groups.ts';
import {
  decodeLocalMessage,
  encodeLocalMessage,
  type LocalMessage,
} from '../../../../src/seeder/discovery/local/local-message.ts';
import type { SeedNodeOptions } from '../../../../src/seeder/seed-node-types.ts';
import { eventually } from '../../../support/eventually.ts';
import { freePort } from '../../../support/free-port.ts';
import { mirrorFixture } from '../../../support/mirrored-torrent.ts';
import { cleanup } from '../../../support/scope.ts';
import { makeTorrentFixture, seedFixture, torrentState } from '../../../support/seeded-torrent.ts';
import { ManualClock } from '../../../support/seeder-clock.ts';

const ADDRESS = '239.192.152.143';

/** The IPv4 group on loopback, at a port of its own. */
async function loopbackGroup(): Promise<LocalGroup> {
  return { family: 4, address: ADDRESS, port: await freePort(), via: '127.0.0.1' };
}

function local(...groups: readonly LocalGroup[]): Partial<SeedNodeOptions> {
  return { discovery: { local: { groups } } };
}

/** Somebody on the network: what it hears, and how it speaks. */
async function neighbour(
  t: TestContext,
  { port }: LocalGroup,
): Promise<{ heard: LocalMessage[]; say(bytes: Uint8Array): void }> {
  const socket = createSocket({ type: 'udp4', reuseAddr: true });
  await new Promise<void>((resolve) => socket.bind(port, resolve));
  cleanup(t, () => void socket.close());
  socket.addMembership(ADDRESS, '127.0.0.1');
  socket.setMulticastInterface('127.0.0.1');
  const heard: LocalMessage[] = [];
  socket.on('message', (bytes) => heard.push(decodeLocalMessage(bytes) as LocalMessage)); // ours can be read
  return { heard, say: (bytes) => void socket.send(bytes, port, ADDRESS) };
}

it('a mirror finds a node of ours on its network', async (t) => {
  const group = await loopbackGroup();
  const fixture = await makeTorrentFixture(t);
  const mirror = await mirrorFixture(t, fixture, [], local(group));
  await eventually('the mirror to listen', () => mirror.node.counters.discovery.localMessagesSent > 0);
  await seedFixture(t, fixture, local(group));
  await torrentState(mirror.node, mirror.torrent, 'seeding', 'failed');
  assert.equal(mirror.node.counters.discovery.peersFound.local, 1);
});

it('a torrent is named with the port of peers, and again after five minutes', async (t) => {
  const clock = new ManualClock();
  const group = await loopbackGroup();
  const { heard } = await neighbour(t, group);
  const fixture = await makeTorrentFixture(t);
  const { port } = await seedFixture(t, fixture, { ...local(group), clock });
  await eventually('a message', () => {
    if (heard.length === 0) clock.advance(1000);
    return heard.length === 1;
  });
  assert.equal(heard[0]?.port, port);
  assert.deepEqual(
    heard[0]?.infoHashes.map((name) => Buffer.from(name).toString('hex')),
    [infoHashToHex(fixture.metainfo.infoHash)],
  );
  clock.advance(290_000);
  clock.advance(20_000);
  await eventually('another message', () => heard.length === 2);
});

it('many torrents share messages, one a minute', async (t) => {
  const clock = new ManualClock();
  const group = await loopbackGroup();
  const { heard } = await neighbour(t, group);
  const { node, torrent } = await seedFixture(t, await makeTorrentFixture(t), { ...local(group), clock });
  for (let number = 1; number < 45; number++) {
    const { metainfo, dataPath } = await makeTorrentFixture(t, { content: 100 + number });
    await torrentState(node, node.add({ metainfo, dataPath }), 'seeding');
  }
  await eventually('the first message', () => {
    if (heard.length === 0) clock.advance(1000);
    return heard.length === 1;
  });
  for (let minute = 0; minute < 4; minute++) clock.advance(60_000);
  await eventually('three messages', () => heard.length === 3);
  assert.deepEqual(
    heard.map(({ infoHashes }) => infoHashes.length),
    [20, 20, 5],
  );
  assert.equal(torrent.state, 'seeding');
});

it('a private torrent is not named', async (t) => {
  const clock = new ManualClock();
  const group = await loopbackGroup();
  const { node } = await seedFixture(t, await makeTorrentFixture(t, { isPrivate: true }), {
    ...local(group),
    clock,
  });
  clock.advance(600_000);
  assert.equal(node.counters.discovery.localMessagesSent, 0);
});

it('packets that are no messages, and ports of services, are refused', async (t) => {
  const group = await loopbackGroup();
  const { say } = await neighbour(t, group);
  const fixture = await makeTorrentFixture(t);
  const { node } = await mirrorFixture(t, fixture, [], local(group));
  const { discovery } = node.counters;
  await eventually('the mirror to listen', () => discovery.localMessagesSent > 0);
  const { infoHash } = fixture.metainfo;
  say(Buffer.from('NOTIFY * HTTP/1.1\r\n\r\n'));
  say(encodeLocalMessage('x', { port: 22, infoHashes: [infoHash], cookie: undefined }));
  await eventually('two to be refused', () => discovery.localMessagesRefused === 2);
  assert.equal(discovery.peersFound.local, 0);
});

it('a group that cannot be joined is no hindrance', async (t) => {
  const group = { ...(await loopbackGroup()), via: '203.0.113.1' };
  const { node, torrent } = await seedFixture(t, await makeTorrentFixture(t), local(group));
  await node.stop();
  assert.equal(torrent.state, 'seeding');
});
