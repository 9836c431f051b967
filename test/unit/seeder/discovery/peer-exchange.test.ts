import assert from 'node:assert/strict';
import { it, type TestContext } from 'node:test';
import { decodeBencode, encodeBencode, isDictionary } from '../../../../src/bittorrent/bencode.ts';
import { addressFromBytes, formatEndpoint } from '../../../../src/bittorrent/endpoint.ts';
import type { SeedNode } from '../../../../src/seeder/seed-node.ts';
import { decodePex, encodePex, PexFlag } from '../../../../src/seeder/wire/ut-pex.ts';
import { eventually } from '../../../support/eventually.ts';
import { FakePeer, handshakeBytes, messageBytes } from '../../../support/fake-peer.ts';
import { loopbackPeer, mirrorFixture } from '../../../support/mirrored-torrent.ts';
import {
  makeTorrentFixture,
  seedFixture,
  type TorrentFixture,
  torrentState,
} from '../../../support/seeded-torrent.ts';
import { ManualClock } from '../../../support/seeder-clock.ts';

/** By which the fake peers want messages of the exchange. */
const THEIR_ID = 7;

/** A peer that knows the exchange and listens at `port`; resolves with what we said in our extended handshake. */
async function join(
  t: TestContext,
  node: SeedNode,
  { metainfo }: TorrentFixture,
  listenPort?: number,
  host?: string,
): Promise<{ readonly peer: FakePeer; readonly ownId: number | undefined }> {
  const peer = await FakePeer.connect(t, node.port, host);
  const p = listenPort === undefined ? {} : { p: listenPort };
  const told = encodeBencode({ m: { ut_pex: THEIR_ID }, ...p });
  const peerId = Buffer.from(`-FK0001-${String(peer.socket.localPort).padStart(12, '0')}`);
  peer.send(
    handshakeBytes(metainfo.infoHash, { peerId }),
    messageBytes(20, Buffer.concat([Buffer.of(0), told])),
  );
  const extended = decodeBencode((await peer.next(20)).subarray(2));
  const m = isDictionary(extended) && isDictionary(extended['m']) ? extended['m'] : {};
  return { peer, ownId: m['ut_pex'] as number | undefined };
}

/** Until the node has read what its peers said of themselves. */
async function heard(node: SeedNode, { metainfo }: TorrentFixture, ports: readonly number[]): Promise<void> {
  const listen = (peer: object): number | undefined =>
    (peer as { wire: { theirListenPort: number | undefined } }).wire.theirListenPort;
  await eventually('the peers to have said where they listen', () => {
    const said = [...(node.torrent(metainfo.infoHash)?.peers ?? [])].map(listen);
    return ports.every((port) => said.includes(port));
  });
}

async function nextPex(peer: FakePeer): Promise<{ added: string[]; dropped: string[]; flags: number[] }> {
  const message = await peer.next(20);
  assert.equal(message[1], THEIR_ID);
  const { added = [], dropped = [] } = decodePex(message.subarray(2)) ?? {};
  return {
    added: added.map(({ endpoint }) => formatEndpoint(endpoint)),
    dropped: dropped.map(formatEndpoint),
    flags: added.map(({ flags }) => flags),
  };
}

it('tells a peer of another that has said where it listens, and not of one that has not', async (t) => {
  const clock = new ManualClock();
  const fixture = await makeTorrentFixture(t);
  const { node } = await seedFixture(t, fixture, { clock });
  await join(t, node, fixture, 5001);
  await join(t, node, fixture);
  const { peer } = await join(t, node, fixture, 5003);
  await heard(node, fixture, [5001, 5003]);
  clock.advance(1000);
  assert.deepEqual(await nextPex(peer), { added: ['127.0.0.1:5001'], dropped: [], flags: [0] });
});

it('tells of peers over IPv6 too', async (t) => {
  const clock = new ManualClock();
  const fixture = await makeTorrentFixture(t);
  const { node } = await seedFixture(t, fixture, { clock, host: '::1' });
  await join(t, node, fixture, 5001, '::1');
  const { peer } = await join(t, node, fixture, 5002, '::1');
  await heard(node, fixture, [5001, 5002]);
  clock.advance(1000);
  assert.deepEqual((await nextPex(peer)).added, ['[::1]:5001']);
});

it('tells what is new a minute later, and not sooner', async (t) => {
  const clock = new ManualClock();
  const fixture = await makeTorrentFixture(t);
  const { node } = await seedFixture(t, fixture, { clock });
  const first = await join(t, node, fixture, 5001);
  const { peer } = await join(t, node, fixture, 5002);
  await heard(node, fixture, [5001, 5002]);
  clock.advance(1000);
  await nextPex(peer);
  await join(t, node, fixture, 5003);
  await heard(node, fixture, [5003]);
  first.peer.socket.destroy();
  await eventually('the first to be gone', () => node.connectionCount === 2);
  const { pexMessagesSent } = node.counters.discovery;
  clock.advance(30_000);
  assert.equal(node.counters.discovery.pexMessagesSent, pexMessagesSent + 1); // to the third, which is new
  clock.advance(30_000);
  assert.deepEqual(await nextPex(peer), {
    added: ['127.0.0.1:5003'],
    dropped: ['127.0.0.1:5001'],
    flags: [0],
  });
});

it('says of a peer that we connected to that it can be reached', async (t) => {
  const clock = new ManualClock();
  const fixture = await makeTorrentFixture(t, { content: 3_000_000 });
  const seed = await seedFixture(t, fixture, {
    rates: { limits: { node: 1, eachTorrent: null, eachPeer: null }, isLocalLimited: true },
  });
  const { node, torrent } = await mirrorFixture(t, fixture, [loopbackPeer(seed.port)], { clock });
  await eventually('the connection to the seed', () => {
    clock.advance(100);
    return torrent.peerCount === 1;
  });
  const { peer } = await join(t, node, fixture, 5002);
  await heard(node, fixture, [5002]);
  clock.advance(1000);
  const { added, flags } = await nextPex(peer);
  assert.deepEqual(added, [`127.0.0.1:${seed.port}`]);
  assert.equal(flags[0], PexFlag.isReachable | PexFlag.isUploadOnly);
});

it('the exchange is not offered for a private torrent, and a message all the same is passed over', async (t) => {
  const fixture = await makeTorrentFixture(t, { isPrivate: true });
  const { node } = await seedFixture(t, fixture);
  const { peer, ownId } = await join(t, node, fixture, 5001);
  assert.equal(ownId, undefined);
  peer.send(messageBytes(20, Buffer.concat([Buffer.of(2), encodePex({ added: [], dropped: [] })])));
  peer.send(messageBytes(2));
  await peer.next(1); // it is unchoked: the connection goes on
  assert.equal(node.counters.discovery.pexMessagesReceived, 0);
});

it('messages that come too often are passed over, and many of them end the connection', async (t) => {
  const clock = new ManualClock();
  const fixture = await makeTorrentFixture(t);
  const { node } = await seedFixture(t, fixture, { clock });
  const { peer, ownId = 0 } = await join(t, node, fixture, 5001);
  const message = messageBytes(20, Buffer.concat([Buffer.of(ownId), encodePex({ added: [], dropped: [] })]));
  for (let count = 0; count < 110; count++) peer.send(message);
  await peer.end();
  const { pexMessagesReceived, pexMessagesIgnored } = node.counters.discovery;
  assert.deepEqual([pexMessagesReceived, pexMessagesIgnored], [4, 101]);
  assert.equal(node.counters.closedTotal.flood, 1);
});

it('a peer that is said to prefer encryption is met with it at once', async (t) => {
  const fixture = await makeTorrentFixture(t);
  const seed = await seedFixture(t, fixture, { encryption: 'require' });
  const { node, torrent } = await mirrorFixture(t, fixture, []);
  await torrentState(node, torrent, 'downloading');
  const { peer, ownId = 0 } = await join(t, node, fixture, 5001);
  const added = [{ endpoint: loopbackPeer(seed.port), flags: PexFlag.prefersEncryption }];
  peer.send(messageBytes(20, Buffer.concat([Buffer.of(ownId), encodePex({ added, dropped: [] })])));
  await torrentState(node, torrent, 'seeding', 'failed');
  assert.equal(seed.node.counters.connectionsAccepted, 1);
});

it('a mirror takes 500 addresses from one peer, and none at ports of services', async (t) => {
  const fixture = await makeTorrentFixture(t);
  const { node } = await mirrorFixture(t, fixture, []);
  await eventually('the download', () => node.torrents()[0]?.state === 'downloading');
  const { peer, ownId = 0 } = await join(t, node, fixture, 5001);
  const at = (port: number, last: number): Parameters<typeof encodePex>[0]['added'][number] => ({
    endpoint: { address: addressFromBytes(Uint8Array.of(127, 77, last >> 8, last & 255)), port },
    flags: 0,
  });
  const send = (added: Parameters<typeof encodePex>[0]['added']): void =>
    peer.send(messageBytes(20, Buffer.concat([Buffer.of(ownId), encodePex({ added, dropped: [] })])));
  send([at(22, 1), at(80, 2), at(1023, 3)]);
  for (let message = 0; message < 3; message++)
    send(Array.from({ length: 200 }, (_, index) => at(50_000, message * 200 + index)));
  await eventually('four messages', () => node.counters.discovery.pexMessagesReceived === 4);
  assert.equal(node.counters.discovery.peersFound.pex, 500);
});
