import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { SeedNode } from '../../../../src/seeder/seed-node.ts';
import type { SeedNodeOptions } from '../../../../src/seeder/seed-node-types.ts';
import type { Torrent } from '../../../../src/seeder/torrent.ts';
import { rotByte } from '../../../support/corrupt.ts';
import { eventually } from '../../../support/eventually.ts';
import { FakePeer } from '../../../support/fake-peer.ts';
import { makeSeedNode, makeTorrentFixture, torrentState } from '../../../support/seeded-torrent.ts';
import { ManualClock } from '../../../support/seeder-clock.ts';

const PIECE = 32_768;

/** A node with torrents of four pieces each, on a clock that the test moves. */
async function scrubbed(t: TestContext, count: number, options: Partial<SeedNodeOptions>) {
  const clock = new ManualClock();
  const node = makeSeedNode(t, { clock, limits: { storageCheckIntervalMs: 1e9 }, ...options });
  const { port } = await node.start();
  const fixtures = [];
  const torrents: Torrent[] = [];
  for (let index = 0; index < count; index++) {
    const fixture = await makeTorrentFixture(t, { content: 4 * PIECE - index, pieceLength: PIECE });
    const torrent = node.add(fixture);
    await torrentState(node, torrent, 'seeding');
    fixtures.push(fixture);
    torrents.push(torrent);
  }
  return { clock, node, port, fixtures, torrents };
}

function listen(node: SeedNode): number[] {
  const pieces: number[] = [];
  node.on('piecePassed', (_torrent, piece) => pieces.push(piece));
  node.on('pieceFailed', (_torrent, piece) => pieces.push(-piece));
  return pieces;
}

/** Lets time pass, a little at a time, until something holds. */
async function passTime(clock: ManualClock, what: string, holds: () => boolean, stepMs = 100): Promise<void> {
  await eventually(
    what,
    () => {
      clock.advance(stepMs);
      return holds();
    },
    { intervalMs: 1 },
  );
}

/** Lets so much time pass, with turns in which what is under way can end. */
async function wait(clock: ManualClock, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 100) {
    clock.advance(100);
    for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
  }
}

test('pieces that were believed are hashed while the node is idle, once', async (t) => {
  const { clock, node, torrents } = await scrubbed(t, 2, { checksOnServe: true });
  const pieces = listen(node);
  await passTime(clock, 'all pieces', () => torrents.every(({ unchecked }) => unchecked === undefined));
  assert.deepEqual(pieces.sort(), [0, 0, 1, 1, 2, 2, 3, 3]);
  await wait(clock, 5000);
  assert.equal(pieces.length, 8, 'without a rate nothing is looked at again');
});

test('nothing is looked at while a peer is served from the disk', async (t) => {
  const { clock, node, port, fixtures } = await scrubbed(t, 1, {
    scrub: { bytesPerSecond: 1 << 30 },
    limits: { cacheBytes: 8 << 20, storageCheckIntervalMs: 1e9 },
  });
  const big = await makeTorrentFixture(t, { content: 30 << 20, pieceLength: 1 << 20 });
  const torrent = node.add(big);
  await torrentState(node, torrent, 'seeding');
  const peer = await FakePeer.download(t, port, big.metainfo.infoHash);
  assert.ok(fixtures.length > 0);
  const pieces = listen(node);
  for (let piece = 0; piece < 30; piece++) {
    peer.request(piece, 0, 16_384);
    await peer.next(7);
    clock.advance(900);
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.deepEqual(pieces, []);
  await passTime(clock, 'the scrub', () => pieces.length > 0);
});

test('everything is looked at again and again, no faster than the rate', async (t) => {
  const { clock, node } = await scrubbed(t, 3, { scrub: { bytesPerSecond: 2 * PIECE } });
  const pieces = listen(node);
  await passTime(clock, 'the first piece', () => pieces.length > 0);
  const [before, startedAtMs] = [pieces.length, clock.nowMs()];
  await passTime(clock, 'a round', () => node.counters.scrubRounds > 0);
  const seconds = (clock.nowMs() - startedAtMs) / 1000;
  assert.ok(pieces.length >= 12);
  assert.ok((pieces.length - before) / seconds <= 2.5, `${pieces.length} pieces in ${seconds} s`);
  assert.equal(node.counters.scrubbedBytes > 11 * PIECE, true);
});

test('a piece that went bad is found, and its torrent fails before anybody asks for it', async (t) => {
  const { clock, node, fixtures, torrents } = await scrubbed(t, 2, { scrub: { bytesPerSecond: 1 << 30 } });
  await rotByte(fixtures[1]?.dataPath ?? '', 2 * PIECE);
  await passTime(clock, 'the bad piece', () => torrents[1]?.state === 'failed');
  assert.equal(torrents[1]?.error?.code, 'ERR_PIECES_BAD');
  assert.equal(torrents[0]?.state, 'seeding');
  assert.equal(node.counters.corruptPieces, 1);
});

test('a restart goes on where the scrub was', async (t) => {
  const first = await scrubbed(t, 2, { scrub: { bytesPerSecond: PIECE } });
  let position = '';
  first.node.on('scrubbed', (text) => {
    position = text;
  });
  const before = listen(first.node);
  await passTime(first.clock, 'six pieces', () => before.length === 6);
  await first.node.stop();
  assert.match(position, /"piece":2,"rounds":0/);
  const clock = new ManualClock();
  const node = makeSeedNode(t, { clock, scrub: { bytesPerSecond: PIECE, position } });
  for (const fixture of first.fixtures) await torrentState(node, node.add(fixture), 'seeding');
  const after = listen(node);
  await node.start();
  await passTime(clock, 'the end of the round', () => node.counters.scrubRounds === 1);
  assert.deepEqual(after.slice(0, 2), [2, 3]);
});
