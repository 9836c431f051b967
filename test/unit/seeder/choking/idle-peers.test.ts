import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { CHOKING_ORDERS } from '../../../../src/seeder/choking/choking-order.ts';
import type { SeederLimits } from '../../../../src/seeder/limits.ts';
import type { SeedNodeOptions } from '../../../../src/seeder/seed-node-types.ts';
import { eventually } from '../../../support/eventually.ts';
import { FakePeer, handshakeBytes, messageBytes, numbersBytes } from '../../../support/fake-peer.ts';
import { hangReads } from '../../../support/hanging-disk.ts';
import { connectInterested, interestedCount, unchokedCount } from '../../../support/interested-peers.ts';
import { makeTorrentFixture, seedFixture } from '../../../support/seeded-torrent.ts';
import { ManualClock } from '../../../support/seeder-clock.ts';

const BLOCK = 16_384;
const CHOKE = 0;
const UNCHOKE = 1;
const HAVE = 4;
/** Seconds between two rounds. */
const ROUND = 10;

async function seeded(
  t: TestContext,
  limits: Partial<SeederLimits> = {},
  options: Partial<SeedNodeOptions> = {},
) {
  const fixture = await makeTorrentFixture(t, { content: 8 << 20, pieceLength: 1 << 18 });
  const clock = new ManualClock();
  const quiet = { idleTimeoutMs: 1e12, stallTimeoutMs: 1e12, storageCheckIntervalMs: 1e12 };
  const made = await seedFixture(t, fixture, { clock, limits: { ...quiet, ...limits }, ...options });
  return { ...made, fixture, clock };
}

/** Moves the clock on second by second, with a turn for the sockets after each. */
async function pass(clock: ManualClock, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    clock.advance(1000);
    await turn();
  }
}

const count = ({ messages }: FakePeer, id: number): number =>
  messages.filter(([first]) => first === id).length;

/** Whether the last that was said to it is that it may download. */
const mayAsk = ({ messages }: FakePeer): boolean =>
  messages.findLast(([id]) => id === CHOKE || id === UNCHOKE)?.[0] === UNCHOKE;

for (const choking of CHOKING_ORDERS)
  test(`${choking}: behind 400 peers that ask for nothing a leecher is served within one round, also a later one`, async (t) => {
    const { node, port, torrent, clock, fixture } = await seeded(t, { choking });
    await connectInterested(t, { torrent, port }, 400);
    assert.equal(unchokedCount(torrent), 100);
    for (const seconds of [0, 30, 70]) {
      await pass(clock, seconds);
      const [leecher] = await connectInterested(t, { torrent, port }, 1);
      const known = [...torrent.peers].at(-1);
      assert.ok(leecher !== undefined && known !== undefined);
      for (let second = 0; second < ROUND && !known.isUnchoked; second++) await pass(clock, 1);
      await leecher.next(UNCHOKE);
      leecher.request(0, 0, BLOCK);
      assert.ok((await leecher.next(7)).subarray(9).equals(fixture.data.subarray(0, BLOCK)));
      assert.equal(unchokedCount(torrent), 100);
    }
    assert.equal(node.connectionCount, 403);
  });

test('while there are slots for all, a peer that asks for nothing keeps its own', async (t) => {
  const { port, torrent, clock } = await seeded(t);
  const peers = await connectInterested(t, { torrent, port }, 50);
  await pass(clock, 300);
  assert.equal(unchokedCount(torrent), 50);
  await Promise.all(peers.map((peer) => peer.next(UNCHOKE)));
  assert.ok(peers.every((peer) => count(peer, CHOKE) === 0));
});

/** Has one of two peers hold the only slot, and ask for something; whether it has kept the slot just before the next round. */
async function keepsSlot(
  t: TestContext,
  { port, torrent, clock }: Awaited<ReturnType<typeof seeded>>,
  ask: (peer: FakePeer) => Promise<void> | void,
): Promise<boolean> {
  const [peer] = await connectInterested(t, { torrent, port }, 1);
  assert.ok(peer !== undefined);
  await peer.next(UNCHOKE);
  await ask(peer);
  await connectInterested(t, { torrent, port }, 1);
  await pass(clock, ROUND - 1);
  const [first] = torrent.peers;
  return first?.isUnchoked === true;
}

test('a peer that asks for nothing loses its slot to one that waits', async (t) => {
  assert.equal(await keepsSlot(t, await seeded(t, { uploadSlotsPerTorrent: 1 }), () => {}), false);
});

test('a peer that waits for a slow disk keeps its slot', async (t) => {
  const made = await seeded(t, { uploadSlotsPerTorrent: 1 });
  const disk = await hangReads(t, made.torrent.storage);
  const ask = async (peer: FakePeer): Promise<void> => {
    peer.request(0, 0, BLOCK);
    await eventually('the read to hang', () => disk.hanging() > 0);
  };
  assert.equal(await keepsSlot(t, made, ask), true);
  assert.equal(made.node.counters.blocksSent, 0);
});

test('a peer that waits for our limit keeps its slot', async (t) => {
  const rates = { limits: { eachPeer: 1024 }, isLocalLimited: true };
  const made = await seeded(t, { uploadSlotsPerTorrent: 1 }, { rates });
  const ask = async (peer: FakePeer): Promise<void> => {
    for (let block = 0; block < 4; block++) peer.request(0, block * BLOCK, BLOCK);
    await eventually('it to wait', () => made.node.pacer.waitingCount === 1);
  };
  assert.equal(await keepsSlot(t, made, ask), true);
});

test('a peer whose line takes no more of what waits for it keeps its slot, for a minute', async (t) => {
  const { port, torrent, clock, node } = await seeded(t, { uploadSlotsPerTorrent: 1, chokeIntervalMs: 1e9 });
  const [slow] = await connectInterested(t, { torrent, port }, 1);
  assert.ok(slow !== undefined);
  await slow.next(UNCHOKE);
  slow.socket.pause();
  for (let i = 0; i < 2000; i++) slow.request(i % 32, BLOCK * (Math.floor(i / 32) % 16), BLOCK);
  await eventually('the requests', () => node.counters.requestsAccepted === 2000);
  let before = -1;
  await eventually(
    'the line to be full',
    () => {
      const isStill = node.counters.blocksSent === before;
      before = node.counters.blocksSent;
      return isStill;
    },
    { intervalMs: 300 },
  );
  await connectInterested(t, { torrent, port }, 1);
  const [first, second] = torrent.peers;
  await pass(clock, 50);
  assert.ok(first?.isUnchoked && !second?.isUnchoked);
  await pass(clock, 30);
  assert.ok(!first.isUnchoked && second?.isUnchoked);
});

test('a peer that has all that it was shown of a super-seeded torrent is served when it is shown more', async (t) => {
  const superSeeding = 'auto';
  const { port, torrent, clock } = await seeded(t, { uploadSlotsPerTorrent: 1 }, { superSeeding });
  const peer = await FakePeer.download(t, port, torrent.infoHash);
  await pass(clock, 1);
  const shown = (await peer.next(HAVE)).readUInt32BE(1);
  const [other] = await connectInterested(t, { torrent, port }, 1);
  assert.ok(other !== undefined);
  peer.send(numbersBytes(HAVE, shown)); // it got it elsewhere
  await eventually('it to be known', () => [...torrent.peers].some(({ progress }) => progress > 0));
  await pass(clock, 4);
  await eventually('the slot to change hands', () => mayAsk(other) && !mayAsk(peer));
  await eventually(
    'it to be served again, when it was shown another and the other asks for nothing',
    async () => {
      await pass(clock, 1);
      return mayAsk(peer);
    },
  );
});

test('peers that are interested and ask for nothing make room at the bound of connections; those that ask do not', async (t) => {
  const { port, torrent, clock, node } = await seeded(t, { maxConnections: 12 });
  const [asking] = await connectInterested(t, { torrent, port }, 1);
  const idle = await connectInterested(t, { torrent, port }, 10);
  assert.ok(asking !== undefined);
  const early = await FakePeer.connect(t, port);
  early.send(handshakeBytes(torrent.infoHash), messageBytes(2));
  await early.end(); // they have not had time yet
  for (let second = 0; second < 40; second++) {
    asking.request(second % 32, 0, BLOCK);
    await asking.next(7);
    await pass(clock, 1);
  }
  await Promise.all(idle.map(() => FakePeer.download(t, port, torrent.infoHash)));
  await Promise.all(idle.map((peer) => peer.end()));
  assert.equal(node.counters.closedTotal['too-many-connections'], 11);
  assert.equal(asking.socket.destroyed, false);
  assert.equal(interestedCount(torrent), 11);
});
